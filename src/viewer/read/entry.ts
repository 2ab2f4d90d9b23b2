/** A line as it was stored, and the document it comes from. */
import type { Hit, SortValue } from '../cluster/pages.ts';
import type { Level } from './level.ts';

/** Fields that are asked for; see Document. */
export const TEXT_FIELDS = ['log', 'message', 'MESSAGE', 'msg'] as const;

export interface Document {
  readonly log?: unknown;
  readonly message?: unknown;
  readonly MESSAGE?: unknown;
  readonly msg?: unknown;
  readonly stream?: unknown;
  readonly logtag?: unknown;
  readonly '@timestamp'?: unknown;
  readonly kubernetes?: {
    readonly namespace_name?: unknown;
    readonly pod_name?: unknown;
    readonly container_name?: unknown;
  };
}

/** One container of one pod. */
export interface Source {
  /** Number within one answer, from 0. */
  readonly index: number;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly role: string;
  readonly attempt: number;
}

export interface Entry {
  readonly source: Source;
  /** Milliseconds since the epoch … */
  readonly ms: number;
  /** … and nanoseconds within the millisecond. */
  readonly nanos: number;
  /** Number of the file and position in it (bytes); -1 where the document does not tell. */
  readonly file: number;
  readonly offset: number;
  readonly stream: string;
  /** Without the line end that ended it. */
  readonly text: string;
  /** True where no line end followed: the next entry of the container goes on with the same line. */
  readonly partial: boolean;
  level: Level;
  /** The document's id in the cluster; empty where it was not asked for, since order tells entries apart. */
  readonly documentId: string;
}

/** Sort values in the order of SORT. */
export type Position = readonly [ms: number, nanos: number, file: number, offset: number];

/** The order of lines. Documents without order have -1 and come first in their millisecond. */
export function sortBy(order: 'asc' | 'desc'): unknown[] {
  const field = (name: string) => ({ [name]: { order, unmapped_type: 'long', missing: -1 } });
  return [
    // Indices of nanoseconds (date_nanos) sort as the others do, and a document without time does so at the begin of times: whatever
    // value the cluster gave it instead would be no time.
    { '@timestamp': { order, unmapped_type: 'date', numeric_type: 'date', missing: 0 } },
    field('sluice.nanos'),
    field('sluice.file'),
    field('sluice.offset'),
  ];
}

export function positionOf(sort: readonly SortValue[]): Position {
  const at = (i: number) => Number(sort[i] ?? -1);
  return [at(0), at(1), at(2), at(3)];
}

export function textOf(document: Document): string {
  for (const name of TEXT_FIELDS) {
    const value = document[name];
    if (typeof value === 'string') return value;
  }
  for (const name of TEXT_FIELDS) if (document[name] !== undefined) return `${JSON.stringify(document[name])}\n`;
  return '';
}

/** RFC 3339 in UTC with nine digits. */
export function timeText(ms: number, nanos: number): string {
  return `${new Date(ms).toISOString().slice(0, -1)}${String(nanos).padStart(6, '0')}Z`;
}

/** Nanoseconds within the millisecond, from the text of a timestamp. */
export function nanosOf(timestamp: unknown): number {
  const digits = typeof timestamp === 'string' ? /\.(\d{4,9})/.exec(timestamp)?.[1] : undefined;
  return digits === undefined ? 0 : Number(digits.padEnd(9, '0').slice(3));
}

export type EntryHit = Hit<Document>;
