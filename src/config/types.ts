/**
 * Values of parameters: text → typed value, by Fluentd's rules. Numbers keep their leading digits (`2x` is 2) unless
 * `strict_config_value` is set; a bool without value is true. @throws ValueError saying what was expected.
 */
import type { ParamSpec, ParamType, RegexpText } from './schema.ts';

export class ValueError extends Error {}

export interface ValueOptions {
  readonly strict: boolean;
}

type Convert = (text: string, spec: ParamSpec, options: ValueOptions) => unknown;

const UNITS: Record<string, number> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };
const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

const convert: Record<ParamType, Convert> = {
  string: (text) => text,
  symbol: (text) => text,
  integer: (text, _spec, options) => integer(text, options),
  float: (text, _spec, options) => float(text, options),
  size: (text, _spec, options) => size(text, options),
  bool: (text) => bool(text),
  time: (text, _spec, options) => time(text, options),
  enum: (text, spec) => enumeration(text, spec),
  array: (text, spec, options) => array(text, spec, options),
  hash: (text) => hash(text),
  regexp: (text) => regexp(text),
};

export function valueOf(text: string, spec: ParamSpec, options: ValueOptions = { strict: false }): unknown {
  return convert[spec.type](text, spec, options);
}

function integer(text: string, options: ValueOptions): number {
  const exact = /^\s*[-+]?\d[\d_]*\s*$/.test(text);
  if (options.strict && !exact) throw new ValueError(`invalid value for Integer(): ${JSON.stringify(text)}`);
  return Number.parseInt(text.replaceAll('_', ''), 10) || 0;
}

function float(text: string, options: ValueOptions): number {
  const value = Number.parseFloat(text);
  if (options.strict && (text.trim() === '' || Number.isNaN(Number(text)))) {
    throw new ValueError(`invalid value for Float(): ${JSON.stringify(text)}`);
  }
  return Number.isNaN(value) ? 0 : value;
}

/** Bytes; `k`, `m`, `g`, `t` of either case are powers of 1024, and `2MB` counts like `2M`. */
function size(text: string, options: ValueOptions): number {
  const found = /^\s*(\d+)\s*([kmgt])b?\s*$/i.exec(text);
  if (found === null) return integer(text, options);
  return Number(found[1]) * UNITS[found[2]!.toLowerCase()]!;
}

/** Seconds; `s`, `m`, `h`, `d`. */
function time(text: string, options: ValueOptions): number {
  const found = /^\s*(-?\d+)\s*([smhd])\s*$/.exec(text);
  if (found !== null) return Number(found[1]) * SECONDS[found[2]!]!;
  return float(/^\s*-?[\d.]+\s*s\s*$/.test(text) ? text.replace('s', '') : text, options);
}

function bool(text: string): boolean {
  if (text === '' || text === 'true' || text === 'yes') return true;
  if (text === 'false' || text === 'no') return false;
  throw new ValueError(`expected true or false, but got '${text}'`);
}

function enumeration(text: string, spec: ParamSpec): string {
  if (spec.values?.includes(text)) return text;
  throw new ValueError(`valid options are ${spec.values?.join(',')} but got ${text}`);
}

function array(text: string, spec: ParamSpec, options: ValueOptions): unknown[] {
  const items = text.startsWith('[') ? jsonArray(text) : text.split(/\s*,\s*/).map((item) => item.trim());
  const of = spec.of ?? 'string';
  if (of === 'string') return items.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)));
  return items.map((item) => valueOf(String(item), { type: of, doc: '' }, options));
}

function jsonArray(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value;
  } catch {
    // told below
  }
  throw new ValueError(`array required but got ${text}`);
}

/** A JSON hash, or `k1:v1,k2:v2`. */
function hash(text: string): Record<string, unknown> {
  if (text.trim() === '') return {};
  if (text.trimStart().startsWith('{')) {
    try {
      return JSON.parse(text) as Record<string, unknown>;
    } catch {
      throw new ValueError(`hash required but got ${text}`);
    }
  }
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const colon = pair.indexOf(':');
      if (colon < 0) throw new ValueError(`hash required but got ${text}`);
      return [pair.slice(0, colon).trim(), pair.slice(colon + 1).trim()];
    }),
  );
}

/** `/source/imx`, or the source alone. */
function regexp(text: string): RegexpText {
  const literal = /^\/(.*)\/([imx]*)$/s.exec(text);
  if (literal !== null) return { source: literal[1]!, flags: literal[2]! };
  if (text.startsWith('/')) throw new ValueError(`invalid regexp: missing right slash: ${text}`);
  return { source: text, flags: '' };
}
