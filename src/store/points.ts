/** Points in time and scrolls: numbers, since sequence numbers only grow. A point costs nothing while it is open; a scroll keeps its request. */
import { StoreError } from './errors.ts';
import type { Json, JsonObject } from './json.ts';
import type { SortValue } from './sort.ts';

interface Point {
  readonly indices: readonly string[];
  readonly maxSeq: number;
}

export interface Scroll extends Point {
  readonly body: JsonObject;
  after: readonly SortValue[] | undefined;
  expires: number;
}

export class Points {
  readonly #scrolls = new Map<string, Scroll>();

  open(indices: readonly string[], maxSeq: number): string {
    return Buffer.from(JSON.stringify({ indices, maxSeq })).toString('base64url');
  }

  /** @throws StoreError */
  read(id: Json | undefined): Point {
    try {
      const point = JSON.parse(Buffer.from(String(id), 'base64url').toString('utf8')) as Point;
      if (Array.isArray(point.indices) && Number.isInteger(point.maxSeq)) return point;
    } catch {
      // No JSON: told below.
    }
    throw new StoreError(400, 'illegal_argument_exception', `invalid id: [${String(id)}]`);
  }

  openScroll(scroll: Scroll): string {
    for (const [id, { expires }] of this.#scrolls) if (expires < Date.now()) this.#scrolls.delete(id);
    const id = Buffer.from(crypto.randomUUID()).toString('base64url');
    this.#scrolls.set(id, scroll);
    return id;
  }

  /** @throws StoreError */
  scroll(id: Json | undefined): Scroll {
    const scroll = this.#scrolls.get(String(id));
    if (scroll !== undefined) return scroll;
    throw new StoreError(404, 'search_context_missing_exception', `No search context found for id [${String(id)}]`);
  }

  closeScroll(id: string): boolean {
    return this.#scrolls.delete(id);
  }

  closeAll(): number {
    const count = this.#scrolls.size;
    this.#scrolls.clear();
    return count;
  }
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export function durationMs(text: string): number {
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(text);
  if (match !== null) return Number(match[1]) * UNITS[match[2]!]!;
  throw new StoreError(
    400,
    'illegal_argument_exception',
    `failed to parse setting [keep_alive] with value [${text}] as a time value: unit is missing or unrecognized`,
  );
}
