/** Documents of some indices that match a query, in the order of time or of writing, read while they are asked for. */
import { Doc, type Load } from './document/doc.ts';
import { type Engine, type Group, type Index, type Row, SOURCE } from './engine.ts';
import { ALL, type Query } from './query/node.ts';

export interface Scope {
  readonly indices: ReadonlySet<Index>;
  /** Documents written later are not seen. */
  readonly maxSeq: number;
}

export interface Order {
  readonly by: 'time' | 'written';
  readonly descending: boolean;
  /** Bounds of time beside those of the query. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Documents without time are left out or the only ones. */
  readonly timeless?: boolean | undefined;
  /** Documents behind this sequence number only. */
  readonly afterSeq?: number | undefined;
  /** Sources are wanted of nearly all documents. */
  readonly whole: boolean;
}

/** What the index tells of a group's matches. */
export interface GroupFacts {
  readonly count: number;
  readonly first: number | null;
  readonly last: number | null;
}

export class Scan {
  readonly groups: readonly Group[];
  /** All documents of `groups` in the query's time range match. */
  readonly decided: boolean;
  readonly #engine: Engine;
  readonly #query: Query;
  readonly #time: readonly [number, number] | undefined;
  readonly #scope: Scope;
  readonly #verdicts = new Map<number, boolean>();
  readonly #ids: string;
  readonly #load: Load;

  constructor(engine: Engine, scope: Scope, query: Query) {
    this.#engine = engine;
    this.#query = query.rest ?? (query.from === undefined ? query : ALL);
    this.#time = query.from === undefined ? undefined : [query.from, query.to ?? Number.MAX_SAFE_INTEGER];
    this.#scope = scope;
    for (const group of engine.groups.values()) {
      if (!scope.indices.has(group.index)) continue;
      const verdict = this.#query.group(group);
      if (verdict !== false) this.#verdicts.set(group.id, verdict === true);
    }
    this.groups = [...this.#verdicts.keys()].map((id) => engine.groups.get(id)!);
    this.decided = [...this.#verdicts.values()].every(Boolean);
    this.#ids = JSON.stringify([...this.#verdicts.keys()]);
    const load = engine.db.prepare(`SELECT id, ${SOURCE} FROM docs WHERE seq = ?`);
    this.#load = (seq) => load.get(seq) as unknown as Pick<Row, 'id' | 'source'>;
  }

  /** Matches, counted no further than `limit`. */
  count(limit: number): number {
    if (!this.decided) return this.#countEach(limit);
    const { where, values } = this.#where({});
    const text = `SELECT count(*) AS n FROM (SELECT 1 FROM docs WHERE ${where} LIMIT ?)`;
    return Number(this.#engine.db.prepare(text).get(...values, limit)?.['n'] ?? 0);
  }

  #countEach(limit: number): number {
    let count = 0;
    for (const _ of this.docs({ by: 'written', descending: false, whole: true })) if (++count >= limit) break;
    return count;
  }

  /** Of each group, where the query is decided by groups. */
  *facts(): Generator<[Group, GroupFacts]> {
    const { where, values } = this.#where({});
    const text = `SELECT grp, count(*) AS count, min(ts) AS first, max(ts) AS last FROM docs INDEXED BY docs_time WHERE ${where} GROUP BY grp`;
    for (const row of this.#engine.db.prepare(text).iterate(...values)) {
      const { grp, ...facts } = row as unknown as GroupFacts & { grp: number };
      yield [this.#engine.groups.get(grp)!, facts];
    }
  }

  *docs(order: Order): Generator<Doc> {
    if (this.groups.length === 0 || (order.timeless === true && this.#time !== undefined)) return;
    const { where, values } = this.#where(order);
    const columns = order.whole ? `seq, grp, ts, id, ${SOURCE}` : 'seq, grp, ts';
    const direction = order.descending ? 'DESC' : 'ASC';
    const from = order.by === 'time' ? 'docs INDEXED BY docs_time' : 'docs';
    const by = order.by === 'time' ? `ts ${direction}` : `seq ${direction}`;
    const statement = this.#engine.db.prepare(`SELECT ${columns} FROM ${from} WHERE ${where} ORDER BY ${by}`);
    for (const row of statement.iterate(...values)) {
      const found = row as unknown as Row;
      const doc = new Doc(found, this.#engine.groups.get(found.grp)!, this.#load);
      if (this.#verdicts.get(found.grp) === true || this.#query.test(doc)) yield doc;
    }
  }

  #where(order: Partial<Order>): { where: string; values: (number | string)[] } {
    const parts = ['grp IN (SELECT value FROM json_each(?))', 'seq <= ?'];
    const values: (number | string)[] = [this.#ids, this.#scope.maxSeq];
    const from = Math.max(this.#time?.[0] ?? Number.MIN_SAFE_INTEGER, order.from ?? Number.MIN_SAFE_INTEGER);
    const to = Math.min(this.#time?.[1] ?? Number.MAX_SAFE_INTEGER, order.to ?? Number.MAX_SAFE_INTEGER);
    if (order.timeless === true) parts.push('ts IS NULL');
    else if (order.timeless === false || this.#time !== undefined) {
      parts.push('ts BETWEEN ? AND ?');
      values.push(from, to);
    }
    if (order.afterSeq !== undefined) {
      parts.push(order.descending === true ? 'seq < ?' : 'seq > ?');
      values.push(order.afterSeq);
    }
    return { where: parts.join(' AND '), values };
  }
}
