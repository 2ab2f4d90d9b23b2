/**
 * Values of records, and their JSON text.
 *
 * Guarantees: what Ruby would keep apart stays apart. Ruby has Integer and Float, JavaScript has one number, so an
 * integral JS number is an Integer, a non-integral one a Float, a Float with an integral value (`1.0`, `1e20`) is a
 * `Float` object and an integer beyond 2^53 a bigint.
 *
 * JSON text is a *byte string*: a JS string whose char codes are bytes 0..255 (a latin1 view of UTF-8). V8 stores such
 * a string one byte a character, so cutting and joining text costs what cutting and joining bytes costs.
 */

/** A float whose value happens to be integral: `1.0` in JSON, `1.0` again when written or interpolated. */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
  valueOf(): number {
    return this.value;
  }
}

export type Value =
  | null
  | boolean
  | string
  | number
  | bigint
  | Float
  | readonly Value[]
  | { readonly [key: string]: Value };
export type Hash = { readonly [key: string]: Value };

const NON_ASCII = /[^\x00-\x7f]/;

/** UTF-16 text → byte string. */
export function toBytes(text: string): string {
  return NON_ASCII.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

/** Byte string → UTF-16 text; invalid UTF-8 becomes U+FFFD. */
export function fromBytes(bytes: string): string {
  return NON_ASCII.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
}

export function isHash(value: unknown): value is Hash {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Float);
}

/** A number text that JSON.parse alone would not keep exact: a fraction, an exponent, or 16 digits and more. */
const DELICATE_NUMBER = /[\d][.eE]|\d{16}/;

function reviveNumber(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number') return value;
  const source = context?.source ?? '';
  if (/[.eE]/.test(source)) return Number.isInteger(value) ? new Float(value) : value;
  return Number.isSafeInteger(value) ? value : BigInt(source);
}

/** Parses JSON given as UTF-16 text. @throws SyntaxError */
export function parseJson(text: string): Value {
  return DELICATE_NUMBER.test(text) ? JSON.parse(text, reviveNumber as never) : JSON.parse(text);
}

/** Parses JSON given as a byte string. @throws SyntaxError */
export function decodeJson(bytes: string): Value {
  return parseJson(fromBytes(bytes));
}

/** JSON of a value as UTF-16 text. NaN and infinities become null, as no JSON can hold them. */
export function stringifyJson(value: Value): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.isWellFormed() ? value : value.toWellFormed());
    case 'number':
      return Number.isFinite(value) ? String(value) : 'null';
    case 'bigint':
      return value.toString();
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      return value === null ? 'null' : stringifyObject(value);
    default:
      return 'null';
  }
}

function stringifyObject(value: Float | readonly Value[] | Hash): string {
  if (value instanceof Float) return floatText(value.value);
  if (Array.isArray(value)) return `[${value.map(stringifyJson).join(',')}]`;
  let out = '';
  for (const [key, item] of Object.entries(value as Hash)) {
    out += `${out === '' ? '{' : ','}${JSON.stringify(key)}:${stringifyJson(item)}`;
  }
  return out === '' ? '{}' : `${out}}`;
}

/** An integral float keeps its fraction (`1.0`) or exponent (`1e+21`), so that a reader sees a float again. */
function floatText(value: number): string {
  if (!Number.isFinite(value)) return 'null';
  const text = String(value);
  return text.includes('e') ? text : `${text}.0`;
}

/** JSON of a value as a byte string. */
export function encodeJson(value: Value): string {
  return toBytes(stringifyJson(value));
}

/** Freezes a value and all it holds; floats and scalars are immutable anyway. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) deepFreeze(item);
  }
  return value;
}
