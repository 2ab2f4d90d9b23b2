/**
 * Ids of lines: short names of their places in the order, for links and for going on behind a line.
 *
 * `time.nanos.file.offset` in base 36, `_` for what is not known. Lines whose order within their time is not known share a place:
 * their ids end with that of the document.
 */
import type { Entry, Position } from './entry.ts';
import { LATEST_MS } from './time.ts';

export interface Place {
  readonly position: Position;
  /** Empty where the position alone tells lines apart. */
  readonly documentId: string;
}

export type Order = 'asc' | 'desc';

type Placed = Pick<Entry, 'ms' | 'nanos' | 'file' | 'offset' | 'documentId'>;

export function placeOf({ ms, nanos, file, offset, documentId }: Placed): Place {
  return file < 0
    ? { position: [ms, -1, -1, -1], documentId }
    : { position: [ms, nanos, file, offset], documentId: '' };
}

export function entryId(entry: Placed): string {
  const { position, documentId } = placeOf(entry);
  const place = position.map((n) => (n < 0 ? '_' : n.toString(36))).join('.');
  return documentId === '' ? place : `${place}.${encodeURIComponent(documentId)}`;
}

/** Undefined where the text is no id. */
export function parseEntryId(id: string): Place | undefined {
  const match = /^([0-9a-z]{1,11}(?:\.(?:[0-9a-z]{1,11}|_)){3})(?:\.([\w!'()*.~%-]{1,1600}))?$/.exec(id);
  if (match === null) return undefined;
  const [ms, nanos, file, offset] = match[1]!.split('.').map((part) => (part === '_' ? -1 : Number.parseInt(part, 36)));
  if (ms! > LATEST_MS) return undefined;
  try {
    return { position: [ms!, nanos!, file!, offset!], documentId: decodeURIComponent(match[2] ?? '') };
  } catch {
    return undefined;
  }
}

/** Passes entries behind a place in the order `wanted`, whichever way they are read. */
export function behind({ position, documentId }: Place, wanted: Order, read: Order): (entry: Entry) => boolean {
  let isPast = false;
  return (entry) => {
    const mine = placeOf(entry).position;
    const at = mine.findIndex((value, i) => value !== position[i]);
    if (at >= 0) return wanted === 'asc' ? mine[at]! > position[at]! : mine[at]! < position[at]!;
    if (documentId === '') return false;
    // Of lines that share a place the cluster's order is all there is.
    if (entry.documentId === documentId) isPast = true;
    else return isPast === (wanted === read);
    return false;
  };
}
