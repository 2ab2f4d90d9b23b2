/** `types` of parsers: a field's text as a number, a bool, a time or an array, by Ruby's conversions (which never fail). */
import { rubyToS } from '../../ruby/to-s.ts';
import { compileTimeParser, type TimeOptions } from '../codec/time.ts';
import { PluginConfigError } from '../core/errors.ts';
import { Float, type Value } from '../core/value.ts';
import { checkZone } from '../core/zone.ts';

export type Convert = (value: Value) => Value;

/** `spec`: `integer`, `time:%Y-%m-%d`, `time:+09:00:%H:%M`, `array:;` … @throws PluginConfigError */
export function typeConverter(field: string, spec: string, times: TimeOptions): Convert {
  const colon = spec.indexOf(':');
  const type = colon < 0 ? spec : spec.slice(0, colon);
  const option = colon < 0 ? undefined : spec.slice(colon + 1);
  switch (type) {
    case 'string':
      return (value) => rubyToS(value);
    case 'integer':
      return integer;
    case 'float':
      return float;
    case 'bool':
      return (value) => ['true', 'yes', '1'].includes(rubyToS(value).toLowerCase());
    case 'time':
      return time(option, times);
    case 'array':
      return (value) => split(rubyToS(value), option ?? ',');
    default:
      throw new PluginConfigError(`unknown value conversion for key:'${field}', type:'${type}'`);
  }
}

function integer(value: Value): Value {
  if (typeof value === 'bigint') return value;
  const number = value instanceof Float ? value.value : value;
  if (typeof number === 'number') {
    const whole = Math.trunc(number);
    return Number.isSafeInteger(whole) ? whole : BigInt(whole);
  }
  const digits = /^\s*([-+]?\d+(?:_\d+)*)/.exec(rubyToS(value))?.[1]?.replaceAll('_', '') ?? '0';
  const whole = Number(digits) + 0;
  return Number.isSafeInteger(whole) ? whole : BigInt(digits.replace('+', ''));
}

function float(value: Value): Value {
  if (value instanceof Float) return value;
  const text = /^\s*([-+]?\d[\d_]*(?:\.\d[\d_]*)?(?:e[-+]?\d+)?|[-+]?\.\d+)/i.exec(rubyToS(value))?.[1] ?? '0';
  const number = Number(text.replaceAll('_', ''));
  return Number.isInteger(number) ? new Float(number) : number;
}

function time(option: string | undefined, times: TimeOptions): Convert {
  const parse = compileTimeParser({ ...times, ...timeOptions(option), time_format_fallbacks: [] });
  const target = { sec: 0, nsec: 0 };
  return (value) => (parse(value, target) ? target.sec : null);
}

/** A zone may stand before the format; `unixtime` and `float` are kinds, not formats. */
function timeOptions(option: string | undefined): Pick<TimeOptions, 'time_type' | 'time_format' | 'timezone'> {
  if (option === undefined) return { time_type: 'string', time_format: undefined, timezone: undefined };
  const [zone = '', ...rest] = option.split(':');
  const zoned = rest.length > 0 && isZone(zone);
  const format = zoned ? rest.join(':') : option;
  const timezone = zoned ? zone : undefined;
  if (format === 'unixtime' || format === 'float') return { time_type: format, time_format: undefined, timezone };
  return { time_type: 'string', time_format: format, timezone };
}

function isZone(text: string): boolean {
  try {
    checkZone(text);
    return true;
  } catch {
    return false;
  }
}

function split(text: string, delimiter: string): string[] {
  const parts = text === '' ? [] : text.split(delimiter);
  while (parts.at(-1) === '') parts.pop();
  return parts;
}
