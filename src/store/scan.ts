/** Documents of some indices that match a query, in the order of time or of writing, read while they are asked for. */
import { Doc, type Load } from './document/doc.ts';
import { type Engine, type Group, type Index, type Row, SOURCE } from './engine.ts';
import { type Facts, freshFacts, readSome } from './facts.ts';
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
  /** Only documents with one of these marks. */
  readonly marks?: number | undefined;
  /** Sources are wanted of nearly all documents. */
  readonly whole: boolean;
}

/** What is known of a group's matches. */
export type GroupFacts = Readonly<Omit<Facts, 'isStale'>>;

/** Columns of `docs_order` that tell the order: time, ORDER_FIELDS, sequence number. */
const ORDER_COLUMNS = 'ts, nanos, file, pos, seq';

export type Place = readonly [ts: number, nanos: number, file: number, pos: number, seq: number];

export type OrderedRow = Row & { readonly nanos: number; readonly file: number; readonly pos: number };

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
    let count = 0;
    if (this.decided) for (const [, facts] of this.facts()) count += facts.count;
    else for (const _ of this.docs({ by: 'written', descending: false, whole: true })) if (++count >= limit) break;
    return Math.min(count, limit);
  }

  /** Of each group that has matches, where the query is decided by groups. */
  *facts(): Generator<[Group, GroupFacts]> {
    const isUpToDate = this.#isUpToDate;
    const unknown: number[] = [];
    for (const group of this.groups) {
      const facts = freshFacts(this.#engine.db, group.id, group.facts);
      const whole = isUpToDate ? this.#holds(facts) : undefined;
      if (whole === undefined) unknown.push(group.id);
      else if (whole && facts.count > 0) yield [group, facts];
    }
    if (unknown.length === 0) return;
    const { where, values } = this.#where({}, unknown);
    for (const [id, facts] of readSome(this.#engine.db, `WHERE ${where}`, values))
      yield [this.#engine.groups.get(id)!, facts];
  }

  /** Whether all or none of a group's documents are in the time range; undefined: some are. */
  #holds({ count, timed, first, last }: GroupFacts): boolean | undefined {
    if (this.#time === undefined) return true;
    if (first === null || last === null || first > this.#time[1] || last < this.#time[0]) return false;
    return timed === count && first >= this.#time[0] && last <= this.#time[1] ? true : undefined;
  }

  /** No document was written behind the point in time. */
  get #isUpToDate(): boolean {
    return this.#scope.maxSeq === Number.MAX_SAFE_INTEGER || this.#scope.maxSeq >= this.#engine.lastSeq();
  }

  /** Whether the columns hold the order of all documents. */
  get isOrdered(): boolean {
    return this.groups.every((group) => group.isOrdered);
  }

  /** Whether a match has no time. */
  get hasTimeless(): boolean {
    for (const _ of this.docs({ by: 'time', descending: false, timeless: true, whole: false })) return true;
    return false;
  }

  /** Documents with a time behind a place, in the order of ORDER_COLUMNS. */
  inOrder(descending: boolean, after: Place | undefined, limit: number): Iterable<OrderedRow> {
    if (this.groups.length === 0) return [];
    // The bound on time lets the index begin there; what else lies behind the place is told by the row of values.
    const bound = after === undefined ? {} : descending ? { to: after[0] } : { from: after[0] };
    const { where, values } = this.#where({ timeless: false, ...bound });
    const direction = descending ? 'DESC' : 'ASC';
    const behind = after === undefined ? '' : `AND (${ORDER_COLUMNS}) ${descending ? '<' : '>'} (?, ?, ?, ?, ?)`;
    const by = ORDER_COLUMNS.replaceAll(',', ` ${direction},`);
    const text = `SELECT ${ORDER_COLUMNS}, grp, id, ${SOURCE} FROM docs INDEXED BY docs_order WHERE ${where} ${behind} ORDER BY ${by} ${direction}`;
    const given = [...values, ...(after ?? [])];
    const { db } = this.#engine;
    if (this.decided) return db.prepare(`${text} LIMIT ?`).all(...given, limit) as unknown as OrderedRow[];
    return this.#fitting(db.prepare(text).iterate(...given));
  }

  *#fitting(rows: Iterable<unknown>): Generator<OrderedRow> {
    for (const row of rows) {
      const found = row as OrderedRow;
      if (this.#verdicts.get(found.grp) === true || this.#query.test(this.docOf(found))) yield found;
    }
  }

  docOf(row: Pick<Row, 'seq' | 'ts' | 'grp'> & Partial<Row>): Doc {
    return new Doc(row, this.#engine.groups.get(row.grp)!, this.#load);
  }

  *docs(order: Order): Generator<Doc> {
    if (this.groups.length === 0 || (order.timeless === true && this.#time !== undefined)) return;
    const marks = order.marks ?? this.#query.marks;
    const { where, values } = this.#where({ ...order, marks });
    const columns = order.whole ? `seq, grp, ts, id, ${SOURCE}` : 'seq, grp, ts';
    const direction = order.descending ? 'DESC' : 'ASC';
    const index = marks !== undefined ? ' INDEXED BY docs_marks' : order.by === 'time' ? ' INDEXED BY docs_order' : '';
    const by = order.by === 'time' ? `ts ${direction}` : `seq ${direction}`;
    const statement = this.#engine.db.prepare(`SELECT ${columns} FROM docs${index} WHERE ${where} ORDER BY ${by}`);
    for (const row of statement.iterate(...values)) {
      const found = row as unknown as Row;
      const doc = this.docOf(found);
      if (this.#verdicts.get(found.grp) === true || this.#query.test(doc)) yield doc;
    }
  }

  #where(order: Partial<Order>, ids?: readonly number[]): { where: string; values: (number | string)[] } {
    const parts = ['seq <= ?'];
    const values: (number | string)[] = [this.#scope.maxSeq];
    const all = ids === undefined && this.groups.length === this.#engine.groups.size;
    if (!all || order.marks !== undefined) {
      parts.push('grp IN (SELECT value FROM json_each(?))');
      values.push(ids === undefined ? this.#ids : JSON.stringify(ids));
    }
    if (order.marks !== undefined) {
      parts.push('marks <> 0', 'marks & ? <> 0');
      values.push(order.marks);
    }
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
