/**
 * Values of parameters: text → typed value, by Fluentd's rules. Numbers keep their leading digits (`2x` is 2) unless
 * `strict_config_value` is set; a size or time is the first number in the text that stands before a unit (`8MB` is `8m`).
 * @throws ValueError saying what was expected.
 *
 * Kept on purpose: a decimal fraction before a unit counts (`0.5s` is half a second, `1.5g` one and a half GiB), where Fluentd
 * takes the digits behind the point alone (5 seconds, 5 GiB).
 */
import type { ParamSpec, ParamType, RegexpText } from './schema.ts';

export class ValueError extends Error {}

export interface ValueOptions {
  /** `strict_config_value` of `<system>`. */
  readonly strict: boolean;
}

type Convert = (text: string, spec: ParamSpec, options: ValueOptions) => unknown;

/** In the order in which Fluentd looks for them. */
const SIZES: readonly [RegExp, number][] = [
  [/(\d+(?:\.\d+)?)k/i, 1024],
  [/(\d+(?:\.\d+)?)m/i, 1024 ** 2],
  [/(\d+(?:\.\d+)?)g/i, 1024 ** 3],
  [/(\d+(?:\.\d+)?)t/i, 1024 ** 4],
];

const TIMES: readonly [RegExp, number][] = [
  [/(\d+(?:\.\d+)?)s/, 1],
  [/(\d+(?:\.\d+)?)m/, 60],
  [/(\d+(?:\.\d+)?)h/, 3600],
  [/(\d+(?:\.\d+)?)d/, 86_400],
];

const convert: Readonly<Record<ParamType, Convert>> = {
  string: (text) => text,
  symbol: (text) => (text === '' ? undefined : text.replace(/^:/, '')),
  integer: (text, _spec, options) => integer(text, options),
  float: (text, _spec, options) => float(text, options),
  size: (text, _spec, options) => {
    const bytes = withUnit(text, SIZES);
    return bytes === undefined ? integer(text, options) : Math.floor(bytes);
  },
  bool: (text, _spec, options) => bool(text, options),
  time: (text, _spec, options) => withUnit(text, TIMES) ?? float(text, options),
  enum: (text, spec) => enumeration(text, spec),
  array: (text, spec, options) => array(text, spec, options),
  hash: (text) => hash(text),
  regexp: (text) => regexp(text),
};

/** Undefined stands for Ruby's nil: a bool that is neither true nor false, an empty symbol. */
export function typedValue(text: string, spec: ParamSpec, options: ValueOptions = { strict: false }): unknown {
  return convert[spec.type](text, spec, options);
}

function withUnit(text: string, units: readonly [RegExp, number][]): number | undefined {
  for (const [pattern, factor] of units) {
    const found = pattern.exec(text);
    if (found !== null) return Number(found[1]) * factor;
  }
  return undefined;
}

/** Ruby's Integer() takes prefixes of the base and single underscores; `to_i` takes leading digits and gives 0 without any. */
function integer(text: string, { strict }: ValueOptions): number {
  if (!strict) return Number(/^\s*([-+]?\d+(?:_\d+)*)/.exec(text)?.[1]?.replaceAll('_', '') ?? 0) + 0;
  const found = /^\s*([-+]?)(0x[\da-f_]+|0b[01_]+|0o?[0-7_]+|[1-9](?:_?\d)*|0)\s*$/i.exec(text);
  const digits = found?.[2]?.replaceAll('_', '').replace(/^0(?=[0-7])/, '0o');
  const value = Number(digits ?? Number.NaN);
  if (Number.isNaN(value)) throw new ValueError(`invalid value for Integer(): ${JSON.stringify(text)}`);
  return found?.[1] === '-' ? 0 - value : value;
}

function float(text: string, { strict }: ValueOptions): number {
  const number = /^\s*([-+]?(?:\d+(?:_\d+)*)?(?:\.\d+(?:_\d+)*)?(?:(?<=\d)e[-+]?\d+)?)/i.exec(text);
  const digits = number?.[1]?.replaceAll('_', '') ?? '';
  if (strict && (!/\d/.test(digits) || number?.[0] !== text.trimEnd()))
    throw new ValueError(`invalid value for Float(): ${JSON.stringify(text)}`);
  return /\d/.test(digits) ? Number(digits) + 0 : 0;
}

/** A key without value is true, and so is one with a comment only, which Fluentd's parser takes for the value. */
function bool(text: string, { strict }: ValueOptions): boolean | undefined {
  if (text === '' || text === 'true' || text === 'yes' || text.startsWith('#')) return true;
  if (text === 'false' || text === 'no') return false;
  if (strict) throw new ValueError(`invalid bool value: ${text}`);
  return undefined;
}

function enumeration(text: string, spec: ParamSpec): string {
  if (spec.values?.includes(text)) return text;
  throw new ValueError(`valid options are ${spec.values?.join(',')} but got ${text}`);
}

function array(text: string, spec: ParamSpec, options: ValueOptions): unknown[] {
  const items = text.startsWith('[') ? jsonOf(text, Array.isArray, 'array') : commaList(text);
  const of = spec.of ?? 'string';
  if (of === 'string') return items.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)));
  return items.map((item) =>
    typedValue(typeof item === 'string' ? item : JSON.stringify(item), { type: of, doc: '' }, options),
  );
}

/** `a, b ,c`; empty ones at the end do not count. */
function commaList(text: string): string[] {
  const items = text.trim().split(/\s*,\s*/);
  while (items.at(-1) === '') items.pop();
  return items;
}

/** A JSON hash, or `k1:v1,k2:v2`; a value may hold colons. */
function hash(text: string): Record<string, unknown> {
  if (text.startsWith('{')) return jsonOf(text, isHash, 'hash');
  const pairs = commaList(text).map((pair): [string, string] => {
    const colon = pair.indexOf(':');
    if (colon < 0) throw new ValueError(`hash required but got ${JSON.stringify(text)}`);
    return [pair.slice(0, colon), pair.slice(colon + 1)];
  });
  return Object.fromEntries(pairs);
}

function isHash(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function jsonOf<T>(text: string, is: (value: unknown) => value is T, kind: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The value is told as it stands, with the kind that was expected.
  }
  if (!is(value)) throw new ValueError(`${kind} required but got ${JSON.stringify(text)}`);
  return value;
}

/** `/source/im`, or the source alone. The flag x has no effect in Fluentd; more than two flags are an error there. */
function regexp(text: string): RegexpText {
  if (!text.startsWith('/')) return { source: text, flags: '' };
  const slash = text.lastIndexOf('/');
  if (slash < text.length - 3 || (slash === 0 && text.length > 1))
    throw new ValueError(`invalid regexp: missing right slash: ${text}`);
  return { source: text.slice(1, Math.max(1, slash)), flags: text.slice(slash + 1).replace(/[^im]/g, '') };
}
