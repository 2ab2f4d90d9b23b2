/** A chunk's items: pairs of lines, found again in its bytes. */

export interface Items {
  readonly bytes: Buffer;
  /** Start of each item, and the end of the last. */
  readonly starts: readonly number[];
}

export function itemsOf(bytes: Buffer): Items {
  const starts: number[] = [0];
  for (let at = 0; at < bytes.length; ) {
    const action = bytes.indexOf(10, at);
    const end = bytes.indexOf(10, action + 1);
    if (action < 0 || end < 0) break;
    at = end + 1;
    starts.push(at);
  }
  return { bytes, starts };
}

export function itemCount(items: Items): number {
  return items.starts.length - 1;
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
