/**
 * Files of test cases, JSON or YAML: a list, or `cases:` with a list. A case:
 *
 *     name: errors are named            what the report calls it
 *     tag: kubernetes.var.log.x         records come in with this tag (at `label`, else at the top)
 *     records: [{log: boom}]            … or `lines`, which a source's <parse> reads
 *     source: in_tail_container_logs    for `lines`: @id of the source, or a text of its path; default the first that has a <parse>
 *     path: /var/log/containers/x.log   for `lines`: the `*` of the source's tag
 *     time: 2024-03-01T10:20:30Z        event time of `records`
 *     kubernetes: {pod_name: x}         what kubernetes_metadata would add; without it the filter adds nothing
 *     expect:                           events that reach outputs, in this order
 *       - record: {log: boom, level: error}
 *         tag: kubernetes.var.log.x     optional; so are `output` (@id or type) and `error: true` for the error stream
 *     partial: true                     records may have more fields than are expected
 */
import fs from 'node:fs';
import { parseDocument } from 'yaml';
import { isHash, parseJson, type Value } from '../../pipeline/core/value.ts';

export interface Expected {
  readonly record: Readonly<Record<string, Value>>;
  readonly tag: string | undefined;
  readonly output: string | undefined;
  readonly error: boolean;
}

export interface TestCase {
  readonly name: string;
  readonly tag: string | undefined;
  readonly label: string | undefined;
  readonly records: readonly Readonly<Record<string, Value>>[];
  readonly lines: readonly string[];
  readonly source: string | undefined;
  readonly path: string | undefined;
  /** Seconds since the epoch. */
  readonly time: number;
  readonly kubernetes: Readonly<Record<string, Value>> | undefined;
  readonly expect: readonly Expected[];
  readonly partial: boolean;
}

const KEYS = 'name tag label records lines source path time kubernetes expect partial'.split(' ');

/** @throws Error with the file and the case where it is wrong */
export function readCases(file: string): TestCase[] {
  const text = fs.readFileSync(file, 'utf8');
  const parsed: Value = /\.ya?ml$/.test(file) ? (yamlOf(text, file) as Value) : parseJson(text);
  const list = isHash(parsed) ? parsed['cases'] : parsed;
  if (!Array.isArray(list)) throw new Error(`${file}: a list of cases is expected, or \`cases:\` with one`);
  return list.map((item, i) => caseOf(item, `${file}: case ${i + 1}`));
}

function yamlOf(text: string, file: string): unknown {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw new Error(`${file}: ${error.message}`);
  return document.toJS();
}

function caseOf(item: Value, where: string): TestCase {
  if (!isHash(item)) throw new Error(`${where}: not an object`);
  const name = typeof item['name'] === 'string' ? item['name'] : where;
  const at = `${where} (${name})`;
  const unknown = Object.keys(item).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) throw new Error(`${at}: unknown key '${unknown}'; known are ${KEYS.join(', ')}`);
  const lines = texts(item['lines'], `${at}: lines`);
  const records = hashes(item['records'], `${at}: records`);
  if (lines.length === 0 && records.length === 0) throw new Error(`${at}: 'records' or 'lines' is needed`);
  const tag = textOf(item['tag'], `${at}: tag`);
  if (records.length > 0 && tag === undefined) throw new Error(`${at}: 'tag' is needed for 'records'`);
  const kubernetes = item['kubernetes'];
  return {
    ...{ name, tag, records, lines, partial: item['partial'] === true },
    label: textOf(item['label'], `${at}: label`),
    source: textOf(item['source'], `${at}: source`),
    path: textOf(item['path'], `${at}: path`),
    time: timeOf(item['time'], `${at}: time`),
    kubernetes: isHash(kubernetes) ? kubernetes : undefined,
    expect: hashes(item['expect'], `${at}: expect`).map((expected, i) =>
      expectedOf(expected, `${at}: expect ${i + 1}`),
    ),
  };
}

function expectedOf(item: Readonly<Record<string, Value>>, at: string): Expected {
  const { record } = item;
  if (!isHash(record)) throw new Error(`${at}: 'record' is needed`);
  return {
    record,
    tag: textOf(item['tag'], `${at}: tag`),
    output: textOf(item['output'], `${at}: output`),
    error: item['error'] === true,
  };
}

function textOf(value: Value | undefined, at: string): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw new Error(`${at} must be a text`);
}

function texts(value: Value | undefined, at: string): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) throw new Error(`${at} must be texts`);
  return value as string[];
}

function hashes(value: Value | undefined, at: string): Readonly<Record<string, Value>>[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every(isHash)) throw new Error(`${at} must be a list of objects`);
  return value as Readonly<Record<string, Value>>[];
}

function timeOf(value: Value | undefined, at: string): number {
  if (value === undefined) return 0;
  const ms = typeof value === 'number' ? value * 1000 : Date.parse(String(value));
  if (Number.isNaN(ms)) throw new Error(`${at} is no time`);
  return ms / 1000;
}
