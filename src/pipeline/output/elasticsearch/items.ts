/** A chunk's items: pairs of lines, found again in its bytes. */

export class Items {
  readonly bytes: Buffer;
  readonly #count: number | undefined;
  #starts: readonly number[] | undefined;

  constructor(bytes: Buffer, count?: number) {
    this.bytes = bytes;
    this.#count = count;
  }

  /** Start of each item, and the end of the last; found when it is asked for: what goes well needs none. */
  get starts(): readonly number[] {
    this.#starts ??= startsOf(this.bytes);
    return this.#starts;
  }

  /** As the chunk tells it, until the items were looked for. */
  get count(): number {
    return this.#starts === undefined && this.#count !== undefined ? this.#count : this.starts.length - 1;
  }

  /** The bytes of the items `from` up to `to`. */
  part(from: number, to: number): Buffer {
    return from === 0 && to === this.count ? this.bytes : this.bytes.subarray(this.starts[from], this.starts[to]);
  }
}

/** `count`: the number of items, where it is known. */
export function itemsOf(bytes: Buffer, count?: number): Items {
  return new Items(bytes, count);
}

function startsOf(bytes: Buffer): number[] {
  const starts: number[] = [0];
  for (let at = 0; at < bytes.length; ) {
    const action = bytes.indexOf(10, at);
    const end = bytes.indexOf(10, action + 1);
    if (action < 0 || end < 0) break;
    at = end + 1;
    starts.push(at);
  }
  return starts;
}

export function itemCount(items: Items): number {
  return items.count;
}

export function itemBytes({ bytes, starts }: Items, i: number): Buffer {
  return bytes.subarray(starts[i], starts[i + 1]);
}

export function pick(items: Items, which: readonly number[]): Buffer {
  return Buffer.concat(which.map((i) => itemBytes(items, i)));
}

/** The action line of an item. */
export function actionOf(items: Items, i: number): string {
  const bytes = itemBytes(items, i);
  return bytes.toString('latin1', 0, bytes.indexOf(10));
}

/** The document of an item. */
export function documentOf(items: Items, i: number): string {
  const bytes = itemBytes(items, i);
  return bytes.toString('latin1', bytes.indexOf(10) + 1, bytes.length - 1);
}

/**
 * Cuts the items into requests as the plugin does: the item that brings a request above `limit` bytes is its last. One request where
 * the limit is negative.
 */
export function requests(items: Items, limit: number): { from: number; to: number }[] {
  const count = itemCount(items);
  if (limit < 0) return count === 0 ? [] : [{ from: 0, to: count }];
  const out: { from: number; to: number }[] = [];
  let from = 0;
  for (let to = 1; to <= count; to++) {
    if (to < count && items.starts[to]! - items.starts[from]! <= limit) continue;
    out.push({ from, to });
    from = to;
  }
  return out;
}
