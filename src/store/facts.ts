/** What is known of a group's documents without reading them: how many, from when to when, the first one. Kept up with each write. */
import type { DatabaseSync } from 'node:sqlite';

export interface Facts {
  count: number;
  /** Documents with a time. */
  timed: number;
  /** Milliseconds; null without documents that have a time. */
  first: number | null;
  last: number | null;
  /** Sequence number of the first document; null without any. */
  seq: number | null;
  /** A removal may have changed the ends. */
  isStale: boolean;
}

export function noFacts(): Facts {
  return { count: 0, timed: 0, first: null, last: null, seq: null, isStale: false };
}

export function noteAdded(facts: Facts, ts: number | null, seq: number): void {
  facts.count++;
  facts.seq ??= seq;
  if (ts === null) return;
  facts.timed++;
  if (facts.first === null || ts < facts.first) facts.first = ts;
  if (facts.last === null || ts > facts.last) facts.last = ts;
}

export function noteRemoved(facts: Facts, ts: number | null, seq: number): void {
  facts.count--;
  if (ts !== null) facts.timed--;
  facts.isStale ||= seq === facts.seq || (ts !== null && (ts === facts.first || ts === facts.last));
}

const COLUMNS = 'count(*) AS count, count(ts) AS timed, min(ts) AS first, max(ts) AS last, min(seq) AS seq';

/** Of all groups that have documents. */
export function readFacts(db: DatabaseSync): Map<number, Facts> {
  return readSome(db, '', []);
}

/** Of the documents that a condition lets through, by group. */
export function readSome(db: DatabaseSync, where: string, values: readonly (number | string)[]): Map<number, Facts> {
  const rows = db.prepare(`SELECT grp, ${COLUMNS} FROM docs INDEXED BY docs_order ${where} GROUP BY grp`);
  const found = new Map<number, Facts>();
  for (const row of rows.iterate(...values)) {
    const { grp, ...facts } = row as unknown as Omit<Facts, 'isStale'> & { grp: number };
    found.set(grp, { ...facts, isStale: false });
  }
  return found;
}

/** The facts, looked up again where a removal may have changed them. */
export function freshFacts(db: DatabaseSync, id: number, facts: Facts): Facts {
  if (facts.isStale) Object.assign(facts, readSome(db, 'WHERE grp = ?', [id]).get(id) ?? noFacts());
  return facts;
}
