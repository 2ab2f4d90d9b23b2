/** The ways of telling which parts belong together: each takes a part and gives the records that are complete now. */
import { compileLineRegexp } from '../../../ruby/line-regexp.ts';
import { rubyToS } from '../../../ruby/to-s.ts';
import type { LogEvent } from '../../core/event.ts';
import { slotBytes, slotText } from '../../core/slot.ts';
import type { Part, Parts } from './parts.ts';
import type { ConcatConfig, MetadataFields, Mode } from './schema.ts';

/** @throws what makes the part's record an error event */
export type Take = (stream: Parts, part: Part) => LogEvent[];

export function takeBy(mode: Mode, config: ConcatConfig, metadata: MetadataFields): Take {
  switch (mode) {
    case 'line':
      return byCount(config.n_lines!);
    case 'partial':
      return byMark(config);
    case 'metadata':
      return byMetadata(metadata);
    case 'cri':
      return byLogtag(config.partial_cri_logtag_key);
    default:
      return byRegexp(config);
  }
}

function byCount(count: number): Take {
  return (stream, part) => {
    stream.parts.push(part);
    return stream.parts.length >= count ? [stream.flush()] : [];
  };
}

function byLogtag(key: string | undefined): Take {
  return (stream, part) => {
    stream.parts.push(part);
    const tag = key === undefined ? undefined : part.event.get(key);
    if (typeof tag !== 'string') throw new Error(`the record has no log tag in ${key ?? 'partial_cri_logtag_key'}`);
    if (tag.split(':', 1)[0] !== 'F') return [];
    const joined = stream.flush();
    joined.delete(key!);
    return [joined];
  };
}

function byMetadata(fields: MetadataFields): Take {
  const ordinal = (part: Part) => Number.parseInt(rubyToS(part.event.get(fields.ordinal) ?? null), 10) || 0;
  const inOrder = (parts: readonly Part[]) => parts.toSorted((a, b) => ordinal(a) - ordinal(b));
  return (stream, part) => {
    stream.parts.push(part);
    return part.event.get(fields.last) === 'true' ? [stream.flush(undefined, inOrder)] : [];
  };
}

function byMark(config: ConcatConfig): Take {
  const { partial_key: key, partial_value: value, buffer_overflow_method: method, buffer_limit_size: limit } = config;
  const isLast = (part: Part) => part.event.get(key!) !== value;
  const flush = (stream: Parts) => {
    const joined = stream.flush();
    joined.delete(key!);
    return joined;
  };
  return (stream, part) => {
    if (method === 'ignore' || fits(stream, part.event, limit)) {
      stream.parts.push(part);
      return isLast(part) ? [flush(stream)] : [];
    }
    if (method === 'drop') stream.parts = [];
    if (method === 'drop' && !isLast(part)) return [];
    const done = [flush(stream)];
    if (method === 'new') {
      stream.parts.push(part);
      stream.size = sizeOf(part.event);
      if (isLast(part)) done.push(flush(stream));
    }
    return done;
  };
}

/** Counts the record; beyond the limit counting begins anew. */
function fits(stream: Parts, event: LogEvent, limit: number): boolean {
  const size = stream.size + sizeOf(event);
  stream.size = size > limit ? 0 : size;
  return size <= limit;
}

/** Bytes of a record: of its keys and of its values' texts. */
function sizeOf(event: LogEvent): number {
  let size = 0;
  for (const key of event.keys()) size += Buffer.byteLength(key) + Buffer.byteLength(rubyToS(event.get(key) ?? null));
  return size;
}

function byRegexp(config: ConcatConfig): Take {
  const isFirst = tester(config.multiline_start_regexp);
  const isLast = tester(config.multiline_end_regexp);
  const isContinuous = tester(config.continuous_line_regexp);
  return (stream, part) => {
    const bytes = matchable(part, config.key);
    if (isFirst?.(bytes)) {
      const done = stream.empty ? [] : [stream.flush(part)];
      if (done.length === 0) stream.parts.push(part);
      if (isLast?.(bytes)) done.push(stream.flush());
      return done;
    }
    if (isLast?.(bytes)) {
      stream.parts.push(part);
      return [stream.flush()];
    }
    // Lines before the first first line pass as they are.
    if (stream.empty && isFirst !== undefined) return [part.event];
    if (stream.empty || isContinuous === undefined || isContinuous(bytes)) {
      stream.parts.push(part);
      return [];
    }
    return [stream.flush(), part.event];
  };
}

/** The text that regexps see, undefined for null, which none of them matches. @throws for any other value */
function matchable({ event }: Part, key: string): string | undefined {
  const slot = event.slot(key)!;
  const bytes = slotBytes(slot);
  if (bytes === undefined && slotText(slot) !== 'null')
    throw new Error(`the value of '${key}' is no text: ${slotText(slot)}`);
  return bytes;
}

/** The text stands between slashes; flags behind the last one are not known here. */
function tester(text: string | undefined): ((bytes: string | undefined) => boolean) | undefined {
  if (text === undefined) return undefined;
  const regexp = compileLineRegexp(text.slice(1, -1), '', 'utf-8');
  return (bytes) => bytes !== undefined && regexp.test(bytes);
}
