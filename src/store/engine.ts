/**
 * Documents in SQLite: the raw source bytes, an id where one was given, milliseconds of `@timestamp`, and a group.
 *
 * A group is what many documents have in common: index, pod metadata (the whole `kubernetes` object) and the shape of the rest. Queries on these are
 * decided once per group, and the index `docs_order` holds group and order of each document, so that pages of one pod's lines touch no other
 * document's bytes. How many documents a group has, and from when to when, is known without looking.
 * Guarantees: a bulk request is one transaction; the sequence number grows with each write, so a point in time is a number.
 * An update or delete removes the old row: an open point in time no longer sees it.
 */
import fs from 'node:fs';
import path from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parseDate, toMs } from './document/dates.ts';
import { ANY_MARK, marksOf } from './document/marks.ts';
import { NO_ORDER, ORDER_FIELDS, orderOf } from './document/order.ts';
import { type FieldType, type Shape, shapeOf, typesOf } from './document/shape.ts';
import { type Facts, noFacts, noteAdded, noteRemoved, readFacts } from './facts.ts';
import { isObject, type JsonObject } from './json.ts';

export interface Index {
  readonly id: number;
  readonly name: string;
  readonly uuid: string;
  /** Types of fields by path, in the order in which they were first seen. */
  readonly types: Map<string, FieldType>;
  docs: number;
}

export interface Group {
  readonly id: number;
  readonly index: Index;
  /** `kubernetes` of all its documents; undefined where it differs too much to be shared. */
  readonly shared: JsonObject | undefined;
  readonly paths: ReadonlySet<string>;
  /** The columns hold the order of its documents. */
  readonly isOrdered: boolean;
  /** `paths` tell which members its documents have. */
  readonly isRegular: boolean;
  readonly facts: Facts;
}

export interface Row {
  readonly seq: number;
  readonly grp: number;
  readonly ts: number | null;
  readonly id: string | null;
  readonly source: string;
}

/** Groups of one index that may keep metadata of their own; beyond it documents are looked at one by one. */
const MOST_GROUPS = 5000;
export const SHARED = 'kubernetes';
/** As a string at once: a typed array for each row costs more than its text. */
export const SOURCE = 'CAST(source AS TEXT) AS source';

const TABLES = `
CREATE TABLE IF NOT EXISTS indices (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, uuid TEXT NOT NULL, types TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS groups (id INTEGER PRIMARY KEY, idx INTEGER NOT NULL, key TEXT NOT NULL, shared TEXT, paths TEXT NOT NULL, kind INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS docs (seq INTEGER PRIMARY KEY AUTOINCREMENT, grp INTEGER NOT NULL, ts INTEGER, idx INTEGER NOT NULL, id TEXT, version INTEGER NOT NULL,
  nanos INTEGER NOT NULL DEFAULT ${NO_ORDER}, file INTEGER NOT NULL DEFAULT ${NO_ORDER}, pos INTEGER NOT NULL DEFAULT ${NO_ORDER}, marks INTEGER NOT NULL DEFAULT ${ANY_MARK}, source BLOB NOT NULL);
`;
/** Bits of a group's kind. */
const ORDERED = 1;
const REGULAR = 2;
/** What a file of an earlier version lacks. Nothing is known of its groups, and its documents count as marked: slower, and right. */
const LATER_COLUMNS = [
  ['groups', 'kind', '0'],
  ...['nanos', 'file', 'pos'].map((name) => ['docs', name, String(NO_ORDER)]),
  ['docs', 'marks', String(ANY_MARK)],
] as const;
const INDEXES = `
DROP INDEX IF EXISTS docs_time;
CREATE INDEX IF NOT EXISTS docs_order ON docs (ts, nanos, file, pos, seq, grp);
CREATE INDEX IF NOT EXISTS docs_marks ON docs (grp, ts, marks) WHERE marks <> 0;
CREATE UNIQUE INDEX IF NOT EXISTS docs_id ON docs (idx, id) WHERE id IS NOT NULL;
`;

export class Engine {
  readonly db: DatabaseSync;
  readonly indices = new Map<string, Index>();
  readonly groups = new Map<number, Group>();
  readonly #byKey = new Map<string, Group>();
  readonly #groupCounts = new Map<number, number>();
  readonly #insert: StatementSync;
  readonly #find: StatementSync;
  readonly #remove: StatementSync;

  /** `dir` undefined: in memory. */
  constructor(dir?: string) {
    if (dir !== undefined) fs.mkdirSync(dir, { recursive: true });
    this.db = new DatabaseSync(dir === undefined ? ':memory:' : path.join(dir, 'store.db'));
    this.db.exec(
      'PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-65536; PRAGMA mmap_size=1073741824',
    );
    this.db.exec(TABLES);
    for (const [table, name, value] of LATER_COLUMNS) {
      const has = this.db.prepare('SELECT 1 FROM pragma_table_info(?) WHERE name = ?').get(table, name);
      if (has === undefined) this.db.exec(`ALTER TABLE ${table} ADD COLUMN ${name} INTEGER NOT NULL DEFAULT ${value}`);
    }
    this.db.exec(INDEXES);
    this.#insert = this.db.prepare(
      'INSERT INTO docs (grp, ts, idx, id, version, nanos, file, pos, marks, source) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#find = this.db.prepare(`SELECT seq, grp, ts, id, version, ${SOURCE} FROM docs WHERE idx = ? AND id = ?`);
    this.#remove = this.db.prepare('DELETE FROM docs WHERE seq = ?');
    this.#load();
  }

  close(): void {
    this.db.close();
  }

  transaction<T>(work: () => T): T {
    this.db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.db.exec('COMMIT');
      return result;
    } catch (error) {
      this.db.exec('ROLLBACK');
      // What the transaction added to the caches is not there any more.
      this.#load();
      throw error;
    }
  }

  /** The index, made if it is not there. */
  openIndex(name: string, types: ReadonlyMap<string, FieldType> = new Map()): Index {
    const known = this.indices.get(name);
    if (known !== undefined) return known;
    const uuid = crypto.randomUUID().replaceAll('-', '').slice(0, 22);
    const text = JSON.stringify([...types]);
    const { lastInsertRowid } = this.db
      .prepare('INSERT INTO indices (name, uuid, types) VALUES (?, ?, ?)')
      .run(name, uuid, text);
    const index: Index = { id: Number(lastInsertRowid), name, uuid, types: new Map(types), docs: 0 };
    this.indices.set(name, index);
    return index;
  }

  deleteIndex(index: Index): void {
    this.transaction(() => {
      for (const table of ['docs', 'groups']) this.db.prepare(`DELETE FROM ${table} WHERE idx = ?`).run(index.id);
      this.db.prepare('DELETE FROM indices WHERE id = ?').run(index.id);
    });
    this.#load();
  }

  get(index: Index, id: string): (Row & { version: number }) | undefined {
    if (id.startsWith(AUTO_ID)) {
      const seq = Number.parseInt(id.slice(AUTO_ID.length), 36);
      const row = this.db.prepare(`SELECT seq, grp, ts, id, version, ${SOURCE} FROM docs WHERE seq = ? AND idx = ?`);
      return row.get(seq, index.id) as (Row & { version: number }) | undefined;
    }
    return this.#find.get(index.id, id) as (Row & { version: number }) | undefined;
  }

  /** Adds a document; the caller has looked whether its id is taken. Gives its sequence number. */
  add(index: Index, id: string | null, version: number, source: Uint8Array, document: JsonObject): number {
    const shape = shapeOf(document, SHARED);
    const order = orderOf(
      document,
      ORDER_FIELDS.some((field) => shape.paths.includes(field)),
    );
    const kind = (order === undefined ? 0 : ORDERED) | (shape.isRegular ? REGULAR : 0);
    const group = this.#groupOf(index, document, shape, kind);
    const time = document['@timestamp'];
    const nanos = time === undefined ? undefined : parseDate(time);
    const ts = nanos === undefined ? null : toMs(nanos);
    index.docs++;
    const columns = order ?? [NO_ORDER, NO_ORDER, NO_ORDER];
    const marks = marksOf(source);
    const { lastInsertRowid } = this.#insert.run(group.id, ts, index.id, id, version, ...columns, marks, source);
    const seq = Number(lastInsertRowid);
    noteAdded(group.facts, ts, seq);
    return seq;
  }

  remove(index: Index, { seq, grp, ts }: Pick<Row, 'seq' | 'grp' | 'ts'>): void {
    index.docs--;
    this.#remove.run(seq);
    noteRemoved(this.groups.get(grp)!.facts, ts, seq);
  }

  lastSeq(): number {
    return Number(this.db.prepare('SELECT max(seq) AS n FROM docs').get()?.['n'] ?? 0);
  }

  sizeOf(index: Index): number {
    const row = this.db.prepare('SELECT sum(length(source)) AS n FROM docs WHERE idx = ?').get(index.id);
    return Number(row?.['n'] ?? 0);
  }

  #groupOf(index: Index, document: JsonObject, shape: Shape, kind: number): Group {
    const shared = document[SHARED];
    const isWhole = isObject(shared) && (this.#groupCounts.get(index.id) ?? 0) < MOST_GROUPS;
    const sharedText = isWhole ? JSON.stringify(shared) : '';
    const rest = isWhole ? sharedText : isObject(shared) ? shapeOf(shared).key : '';
    const key = `${index.id}\n${kind}\n${shape.key}\n${rest}`;
    return this.#byKey.get(key) ?? this.#newGroup(index, document, key, isWhole ? sharedText : undefined, shape, kind);
  }

  #newGroup(
    index: Index,
    document: JsonObject,
    key: string,
    shared: string | undefined,
    shape: Shape,
    kind: number,
  ): Group {
    const before = index.types.size;
    const paths = new Set([...shape.paths, ...typesOf(document, index.types)]);
    if (index.types.size !== before)
      this.db.prepare('UPDATE indices SET types = ? WHERE id = ?').run(JSON.stringify([...index.types]), index.id);
    const { lastInsertRowid } = this.db
      .prepare('INSERT INTO groups (idx, key, shared, paths, kind) VALUES (?, ?, ?, ?, ?)')
      .run(index.id, key, shared ?? null, JSON.stringify([...paths]), kind);
    const group: Group = {
      id: Number(lastInsertRowid),
      index,
      shared: shared === undefined ? undefined : (JSON.parse(shared) as JsonObject),
      ...{ ...kindOf(kind), paths, facts: noFacts() },
    };
    this.#addGroup(group, key);
    return group;
  }

  #load(): void {
    for (const map of [this.indices, this.groups, this.#byKey, this.#groupCounts]) map.clear();
    const byId = new Map<number, Index>();
    for (const row of this.db.prepare('SELECT id, name, uuid, types FROM indices').all()) {
      const { id, name, uuid, types } = row as unknown as { id: number; name: string; uuid: string; types: string };
      const index: Index = { id, name, uuid, types: new Map(JSON.parse(types)), docs: 0 };
      this.indices.set(name, index);
      byId.set(id, index);
    }
    const facts = readFacts(this.db);
    for (const row of this.db.prepare('SELECT id, idx, key, shared, paths, kind FROM groups').all()) {
      const { id, idx, key, shared, paths, kind } = row as unknown as GroupRow;
      const object = shared === null ? undefined : (JSON.parse(shared) as JsonObject);
      const index = byId.get(idx)!;
      const own = facts.get(id) ?? noFacts();
      index.docs += own.count;
      const known = { paths: new Set(JSON.parse(paths) as string[]), facts: own, ...kindOf(kind) };
      this.#addGroup({ id, index, shared: object, ...known }, key);
    }
  }

  #addGroup(group: Group, key: string): void {
    this.groups.set(group.id, group);
    this.#byKey.set(key, group);
    this.#groupCounts.set(group.index.id, (this.#groupCounts.get(group.index.id) ?? 0) + 1);
  }
}

interface GroupRow {
  readonly id: number;
  readonly idx: number;
  readonly key: string;
  readonly shared: string | null;
  readonly paths: string;
  readonly kind: number;
}

function kindOf(bits: number): Pick<Group, 'isOrdered' | 'isRegular'> {
  return { isOrdered: (bits & ORDERED) !== 0, isRegular: (bits & REGULAR) !== 0 };
}

const AUTO_ID = 'auto-';

/** The id of a row: given, or made from its sequence number. */
export function idOf(row: Pick<Row, 'id' | 'seq'>): string {
  return row.id ?? AUTO_ID + row.seq.toString(36);
}
