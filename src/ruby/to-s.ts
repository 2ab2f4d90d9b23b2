/** Ruby's `to_s` and `inspect` (3.1: `{"k"=>1}`). */
import { Float } from '../pipeline/core/value.ts';
import {
  Constant,
  Enumerator,
  MatchData,
  Proc,
  RRange,
  RRegexp,
  RubyDateTime,
  RubyError,
  RubyTime,
  Sym,
} from './objects.ts';

export function rubyToS(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return Number.isInteger(value) ? String(value) : floatToS(value);
    case 'boolean':
    case 'bigint':
      return String(value);
    default:
      return value === null || value === undefined ? '' : objectToS(value);
  }
}

function objectToS(value: unknown): string {
  if (value instanceof Sym) return value.name;
  if (value instanceof Float) return floatToS(value.value);
  if (value instanceof RubyDateTime) return isoText(value);
  if (value instanceof RubyTime) return timeToS(value);
  if (value instanceof RRange) return `${rubyToS(value.first)}${value.exclusive ? '...' : '..'}${rubyToS(value.last)}`;
  if (value instanceof RRegexp) return regexpToS(value);
  if (value instanceof MatchData) return value.match[0];
  if (value instanceof Constant) return value.name;
  if (value instanceof RubyError) return value.message;
  if (value instanceof Proc) return value.isLambda ? '#<Proc (lambda)>' : '#<Proc>';
  if (value instanceof Enumerator) return `#<Enumerator: ${inspect(value.self)}:${value.method}>`;
  if (Object.getPrototypeOf(value) !== Object.prototype && !(value instanceof Map) && !Array.isArray(value))
    return String(value);
  return inspect(value);
}

const SYMBOL = /^(?:[a-zA-Z_][a-zA-Z0-9_]*[?!=]?|\[\]=?|[+\-*/%<>~!^&|]|\*\*|<=>|===?|=~|![=~]|<<|>>|<=|>=|[+-]@)$/;

export function inspect(value: unknown): string {
  if (value === null || value === undefined) return 'nil';
  if (typeof value === 'string') return inspectString(value);
  if (value instanceof Sym) return SYMBOL.test(value.name) ? `:${value.name}` : `:${inspectString(value.name)}`;
  if (Array.isArray(value)) return `[${value.map(inspect).join(', ')}]`;
  if (value instanceof Map) return inspectHash([...value]);
  if (value instanceof RRegexp) return `/${value.source}/${value.flags}`;
  if (value instanceof RRange) {
    const end = (item: unknown) => (item === null ? '' : inspect(item));
    return `${end(value.first)}${value.exclusive ? '...' : '..'}${end(value.last)}`;
  }
  if (value instanceof MatchData) return inspectMatch(value);
  if (value instanceof RubyError) return `#<${value.className}: ${value.message}>`;
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
    return inspectHash(Object.entries(value));
  return rubyToS(value);
}

function inspectHash(entries: readonly (readonly [unknown, unknown])[]): string {
  return `{${entries.map(([key, item]) => `${inspect(key)}=>${inspect(item)}`).join(', ')}}`;
}

function inspectMatch({ match }: MatchData): string {
  const names = Object.keys(match.groups ?? {});
  const parts = [...match].slice(1).map((group, i) => ` ${names[i] ?? i + 1}:${inspect(group ?? null)}`);
  return `#<MatchData ${inspect(match[0])}${parts.join('')}>`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
  '\f': '\\f',
  '\v': '\\v',
  '\b': '\\b',
  '\x07': '\\a',
  '\x1b': '\\e',
};

/** Fluentd runs Ruby with `-E ascii-8bit`: what an inspected text shows beyond ASCII are code points. */
function inspectString(text: string): string {
  const body = text.replace(/["\\]|#(?=[{$@])|[^ -~]/gu, (c) => {
    if (c === '"' || c === '\\' || c === '#') return `\\${c}`;
    return ESCAPES[c] ?? codePoint(c);
  });
  return `"${body}"`;
}

function codePoint(c: string): string {
  const hex = c.codePointAt(0)!.toString(16).toUpperCase();
  return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
}

/** Shortest text that reads back, with a fraction; exponents from 1e15 (where no digit is behind the point) and below 1e-4, as Ruby has them. */
export function floatToS(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  const abs = Math.abs(value);
  if (abs !== 0 && ((abs >= 1e15 && Number.isInteger(abs)) || abs < 1e-4)) {
    const [mantissa, exponent] = value.toExponential().split('e') as [string, string];
    const digits = exponent.replace(/^[-+]/, '').padStart(2, '0');
    return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}e${exponent.startsWith('-') ? '-' : '+'}${digits}`;
  }
  const text = Object.is(value, -0) ? '-0' : String(value);
  return text.includes('.') ? text : `${text}.0`;
}

function isoText(time: RubyTime): string {
  return time.date.toISOString().slice(0, 19) + offsetText(time.offset, ':');
}

function timeToS(time: RubyTime): string {
  const iso = time.date.toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} ${time.utc ? 'UTC' : offsetText(time.offset)}`;
}

export function offsetText(seconds: number, colon = ''): string {
  const abs = Math.abs(seconds);
  const two = (n: number) => String(Math.floor(n)).padStart(2, '0');
  return `${seconds < 0 ? '-' : '+'}${two(abs / 3600)}${colon}${two((abs % 3600) / 60)}`;
}

export function regexpToS(regexp: RRegexp): string {
  const on = ['m', 'i', 'x'].filter((flag) => regexp.flags.includes(flag)).join('');
  const off = ['m', 'i', 'x'].filter((flag) => !regexp.flags.includes(flag)).join('');
  return `(?${on}${off === '' ? '' : `-${off}`}:${regexp.source})`;
}
