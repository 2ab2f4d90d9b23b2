/** JSON as Ruby's json library writes it. */
import { Float } from '../pipeline/core/value.ts';
import { RubyError } from './objects.ts';
import { floatToS, rubyToS } from './to-s.ts';

/** @throws RubyError JSON::GeneratorError for NaN and infinities */
export function jsonText(value: unknown): string {
  return write(value, '', '');
}

export function prettyJson(value: unknown): string {
  return write(value, '\n', '  ');
}

function write(value: unknown, newline: string, unit: string): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.toWellFormed());
    case 'number':
      return Number.isInteger(value) ? String(value) : floatText(value);
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      return value === null || value === undefined ? 'null' : writeObject(value, newline, unit);
  }
}

function floatText(value: number): string {
  if (!Number.isFinite(value)) throw new RubyError('JSON::GeneratorError', `${floatToS(value)} not allowed in JSON`);
  return floatToS(value);
}

function writeObject(value: object, newline: string, unit: string): string {
  if (value instanceof Float) return floatText(value.value);
  const inner = newline === '' ? '' : newline + unit;
  if (Array.isArray(value)) {
    const parts = value.map((item) => inner + write(item, inner, unit));
    return parts.length === 0 ? '[]' : `[${parts.join(',')}${newline}]`;
  }
  const entries =
    value instanceof Map
      ? [...value]
      : Object.getPrototypeOf(value) === Object.prototype
        ? Object.entries(value)
        : undefined;
  if (entries === undefined) return JSON.stringify(rubyToS(value));
  const colon = newline === '' ? ':' : ': ';
  const parts = entries.map(([key, item]) => inner + JSON.stringify(rubyToS(key)) + colon + write(item, inner, unit));
  return parts.length === 0 ? '{}' : `{${parts.join(',')}${newline}}`;
}
