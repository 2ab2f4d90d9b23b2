/** `format` / `%`: d i u f e g s p x o b c % with flags, width and precision, `%<name>d` and `%{name}`. */
import { Float } from '../pipeline/core/value.ts';
import { kindOf } from './arguments.ts';
import { truncate } from './numbers.ts';
import { RubyError, Sym } from './objects.ts';
import { length } from './text/points.ts';
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
  if (type === 's' || type === 'p') {
    const text = type === 's' ? rubyToS(value) : inspect(value);
    return precision === undefined ? text : [...text].slice(0, precision).join('');
  }
  if (type === 'c') return typeof value === 'number' ? String.fromCodePoint(value) : rubyToS(value).slice(0, 1);
  const number = toNumber(value, all);
  if (number < 0 && /[xXobB]/.test(type) && !/[+ ]/.test(flags)) return complement(number, type, precision);
  const sign = number < 0 ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const digits = unsigned(number, type, precision);
  const prefix = flags.includes('#') ? ({ x: '0x', X: '0X', o: '0', b: '0b' }[type] ?? '') : '';
  return sign + prefix + digits;
}

function unsigned(number: number | bigint, type: string, precision: number | undefined): string {
  const abs = number < 0 ? -number : number;
  if (type === 'f') return fixed(Number(abs), precision ?? 6);
  if (type === 'e' || type === 'E') return exponent(Number(abs), precision ?? 6, type);
  if (type === 'g' || type === 'G') return shortest(Number(abs), precision ?? 6, type);
  const whole = typeof abs === 'bigint' ? abs : truncate(Math.floor(Number(abs)));
  const base = { x: 16, X: 16, o: 8, b: 2, B: 2 }[type] ?? 10;
  const digits = whole.toString(base).padStart(precision ?? 0, '0');
  return type === 'X' ? digits.toUpperCase() : digits;
}

/** JavaScript rounds a tie up, C to the even digit. */
function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'Inf' : 'NaN';
  if (digits > 60 || value >= 1e21)
    return value >= 1e21 ? `${BigInt(value)}${digits > 0 ? `.${'0'.repeat(digits)}` : ''}` : value.toFixed(digits);
  const exact = value.toFixed(digits + 30);
  const cut = exact.slice(0, exact.length - 30).replace(/\.$/, '');
  const isTie = /^50*$/.test(exact.slice(-30));
  return isTie && '02468'.includes(cut.at(-1)!) ? cut : value.toFixed(digits);
}

/** `%g`: fixed or with an exponent, whichever the size asks for, without zeros at the end. */
function shortest(value: number, precision: number, type: string): string {
  const digits = precision === 0 ? 1 : precision;
  const power = value === 0 ? 0 : Number(value.toExponential(digits - 1).split('e')[1]);
  if (power >= -4 && power < digits) {
    const fixed = value.toFixed(Math.max(0, digits - 1 - power));
    return fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed;
  }
  const [mantissa, rest] = exponent(value, digits - 1, 'e').split('e') as [string, string];
  const text = `${mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa}e${rest}`;
  return type === 'G' ? text.toUpperCase() : text;
}

/** A negative number in binary, octal or hex is its two's complement, going on to the left (`..f`). */
function complement(number: number | bigint, type: string, precision: number | undefined): string {
  const bits = { x: 4n, X: 4n, o: 3n, b: 1n, B: 1n }[type] ?? 1n;
  const base = 1 << Number(bits);
  const value = typeof number === 'bigint' ? number : BigInt(Math.trunc(number));
  let width = 1n;
  while (-(1n << (width * bits - 1n)) > value && width < 400n) width++;
  const digits = ((1n << (width * bits)) + value).toString(base);
  const top = (base - 1).toString(base);
  const body = digits.replace(new RegExp(`^${top}+`), top);
  const text = body.startsWith(top) ? body : top + body;
  const shown = precision === undefined ? `..${text}` : text.padStart(precision, top);
  return type === 'X' ? shown.toUpperCase() : shown;
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
  const kind = /[feg]$/i.test(all) ? 'Float' : 'Integer';
  if (typeof value !== 'string') throw new RubyError('TypeError', `can't convert ${kindOf(value)} into ${kind}`);
  throw new RubyError('ArgumentError', `invalid value for ${kind}(): ${inspect(value)}`);
}

function pad(text: string, width: number, flags: string, type: string): string {
  const missing = width - length(text);
  if (missing <= 0) return text;
  // `..f`: what goes on to the left may as well be written.
  if (text.startsWith('..') && flags.includes('0')) return `..${text.slice(2).padStart(width - 2, text[2])}`;
  if (flags.includes('-')) return text + ' '.repeat(missing);
  if (!flags.includes('0') || /[spc]/.test(type)) return ' '.repeat(missing) + text;
  const sign = /^[-+ ]?/.exec(text)![0];
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}
