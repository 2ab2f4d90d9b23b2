/** CRuby, compiled to WebAssembly, evaluates expressions; results come as the text that `encodeValue` gives for ours. */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DefaultRubyVM } from '@ruby/wasm-wasi/dist/node';
import { Float, type Value } from '../../src/pipeline/core/value.ts';
import { floatToS } from '../../src/ruby/to-s.ts';

/** Node's types leave it out. */
declare const WebAssembly: { compile(bytes: Uint8Array): Promise<never> };

export const TAG = 'kubernetes.var.log.web';
export const HOSTNAME = 'node-1';
export const TIME = { sec: 1709288430, nsec: 123456789 };
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  K8S_NODE_NAME: 'node-a',
  FLUENT_ELASTICSEARCH_HOST: 'es.example',
  FLUENT_ELASTICSEARCH_PORT: '9200',
  KUBERNETES_SERVICE_HOST: '10.0.0.1',
  KUBERNETES_SERVICE_PORT: '443',
  EMPTY: '',
  FLAG: 'true',
};

export interface Case {
  readonly code: string;
  /** JSON texts. */
  readonly records: readonly string[];
}

/** Result and the record after the run; of an error its class and nothing. */
export type Answer = readonly [string, string];

export interface Oracle {
  run(cases: readonly Case[]): Answer[][];
  /** Any Ruby; its value as text. */
  text(code: string): string;
}

export async function startOracle(): Promise<Oracle> {
  const file = fileURLToPath(import.meta.resolve('@ruby/4.0-wasm-wasi/dist/ruby+stdlib.wasm'));
  const module = await WebAssembly.compile(fs.readFileSync(file));
  const { vm } = await DefaultRubyVM(module);
  vm.eval(fs.readFileSync(path.join(import.meta.dirname, 'prelude.rb'), 'utf8'));
  vm.eval('ENV.clear; ENV["TZ"] = "UTC"');
  for (const [name, value] of Object.entries(ENVIRONMENT)) vm.eval(`ENV[${quote(name)}] = ${quote(value)}`);
  const text = (code: string) => vm.eval(code).toString();
  return {
    text,
    run: (cases) => JSON.parse(text(`Oracle.all(${quote(JSON.stringify(cases.map((c) => [c.code, c.records])))})`)),
  };
}

/** Text as a Ruby expression that nothing in it can end. */
export function quote(text: string): string {
  return `"${Buffer.from(text).toString('base64')}".unpack1("m").force_encoding("UTF-8")`;
}

export function encodeValue(value: Value): string {
  switch (typeof value) {
    case 'string':
      return `s${json(value)}`;
    case 'boolean':
      return value ? 't' : 'f';
    case 'bigint':
      return `i${value}`;
    case 'number':
      return Number.isInteger(value) ? `i${value}` : `d${floatToS(value)}`;
    default:
      return value === null ? 'n' : encodeObject(value);
  }
}

function encodeObject(value: object): string {
  if (value instanceof Float) return `d${floatToS(value.value)}`;
  if (Array.isArray(value)) return `[${value.map(encodeValue).join(',')}]`;
  const parts = Object.entries(value).map(([key, item]) => `${encodeValue(key)}:${encodeValue(item as Value)}`);
  return `{${(Object.keys(value).some((key) => /^\d+$/.test(key)) ? parts.sort() : parts).join(',')}}`;
}

function json(text: string): string {
  return JSON.stringify(text.toWellFormed());
}
