/** `format` / `%`: d i u f e g s p x o b c % with flags, width and precision, `%<name>d` and `%{name}`. */
import { Float } from '../pipeline/core/value.ts';
import { truncate } from './numbers.ts';
import { RubyError, Sym } from './objects.ts';
import { inspect, rubyToS } from './to-s.ts';

export function format(template: string, args: readonly unknown[]): string {
  let next = 0;
  return template.replace(
    /%([-+ 0#]*)(?:<(\w+)>)?(\d+|\*)?(?:\.(\d+))?([diufeEgGspxXobBc%]|\{(\w+)\})/g,
    (all, flags, name, width, precision, type, braced) => {
      if (type === '%') return '%';
      const wide = width === '*' ? Number(args[next++]) : Number(width ?? 0);
      const value =
        name !== undefined || braced !== undefined ? named(args[0], name ?? braced) : argument(args, next++);
      if (braced !== undefined) return rubyToS(value);
      const text = convert(value, type, flags, precision === undefined ? undefined : Number(precision), all);
      return pad(text, wide, flags, type);
    },
  );
}

function argument(args: readonly unknown[], i: number): unknown {
  if (i >= args.length) throw new RubyError('ArgumentError', 'too few arguments');
  return args[i];
}

function named(hash: unknown, name: string): unknown {
  if (hash instanceof Map) return hash.get(Sym.of(name)) ?? hash.get(name);
  throw new RubyError('ArgumentError', 'one hash required');
}

function convert(value: unknown, type: string, flags: string, precision: number | undefined, all: string): string {
  if (type === 's') return rubyToS(value).slice(0, precision);
  if (type === 'p') return inspect(value).slice(0, precision);
  if (type === 'c') return typeof value === 'number' ? String.fromCodePoint(value) : rubyToS(value).slice(0, 1);
  const number = toNumber(value, all);
  const sign = number < 0 ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const digits = unsigned(number, type, precision);
  const prefix = flags.includes('#') ? ({ x: '0x', X: '0X', o: '0', b: '0b' }[type] ?? '') : '';
  return sign + prefix + digits;
}

function unsigned(number: number | bigint, type: string, precision: number | undefined): string {
  const abs = number < 0 ? -number : number;
  if (type === 'f') return Number(abs).toFixed(precision ?? 6);
  if (type === 'e' || type === 'E') return exponent(Number(abs), precision ?? 6, type);
  if (type === 'g' || type === 'G')
    return String(Number(Number(abs).toPrecision(precision === 0 ? 1 : (precision ?? 6))));
  const whole = typeof abs === 'bigint' ? abs : truncate(Math.floor(Number(abs)));
  const base = { x: 16, X: 16, o: 8, b: 2, B: 2 }[type] ?? 10;
  const digits = whole.toString(base).padStart(precision ?? 0, '0');
  return type === 'X' ? digits.toUpperCase() : digits;
}

function exponent(value: number, precision: number, type: string): string {
  const text = value.toExponential(precision).replace(/e([-+])(\d)$/, 'e$10$2');
  return type === 'E' ? text.toUpperCase() : text;
}

function toNumber(value: unknown, all: string): number | bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (value instanceof Float) return value.value;
  if (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))) return Number(value);
  if (value === null || value === undefined)
    throw new RubyError('TypeError', `can't convert nil into ${/[feg]$/i.test(all) ? 'Float' : 'Integer'}`);
  throw new RubyError('ArgumentError', `invalid value for Integer(): ${inspect(value)}`);
}

function pad(text: string, width: number, flags: string, type: string): string {
  if (text.length >= width) return text;
  if (flags.includes('-')) return text.padEnd(width);
  if (!flags.includes('0') || /[spc]/.test(type)) return text.padStart(width);
  const sign = /^[-+ ]?/.exec(text)![0];
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}
