/**
 * `@type logfmt`: `key=value key="quoted value" flag`. A bare value that is a number is one, a key without value is true; whatever
 * is no key (a quote, an equals sign) is passed over.
 */
import { LogEvent, NO_TIME } from '../core/event.ts';
import { EMPTY_SHAPE } from '../core/shape.ts';
import { Plain, type Slot, Text } from '../core/slot.ts';
import { Float, fromBytes } from '../core/value.ts';
import { defineParser } from '../plugin.ts';
import { COMMON, emitFinished, finisher } from './common.ts';

/** A key, then perhaps `=` and a quoted or a bare value; control characters count as spaces. */
const PAIR = /([^\x00-\x20"=]+)(?:(=)(?:"((?:[^"\\]|\\+"?)*)"?|([^\x00-\x20"=][^\x00-\x20"]*))?)?/g;

export const plugin = defineParser({
  kind: 'parser',
  type: 'logfmt',
  doc: 'Parses logfmt.',
  schema: { doc: 'logfmt parser.', params: { ...COMMON } },
  create(config, host) {
    const finish = finisher(config, host);
    return {
      type: 'logfmt',
      parse(line, emit) {
        const event = new LogEvent(NO_TIME, 0, EMPTY_SHAPE, []);
        for (const [all, key, , quoted, bare] of line.matchAll(PAIR)) {
          // A quote that is never closed leaves the key as a flag.
          const open = quoted !== undefined && !all.endsWith('"');
          event.setSlot(fromBytes(key!), quoted === undefined || open ? bareSlot(bare) : new Text(unescaped(quoted)));
        }
        emitFinished(event, finish, emit);
      },
    };
  },
});

/** `\"` is a quote; other backslashes stay. */
function unescaped(text: string): string {
  return text.includes('\\') ? text.replaceAll('\\"', '"') : text;
}

function bareSlot(text: string | undefined): Slot {
  if (text === undefined) return 'true';
  if (/^[-+]?\d+$/.test(text)) return text.replace(/^(-?)\+?0*(?=\d)/, '$1');
  if (!/^[-+]?\d*\.?\d+(?:e[-+]?\d+)?$/i.test(text) || !Number.isFinite(Number(text))) return new Text(text);
  const number = Number(text);
  return new Plain(Number.isInteger(number) ? new Float(number) : number);
}
