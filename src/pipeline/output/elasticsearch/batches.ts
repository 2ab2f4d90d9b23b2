/** Items as requests want them: one request path for all, or one an index (`include_index_in_url`); with the chunk's id in them. */
import { decodeJson, encodeJson, type Hash, isHash } from '../../core/value.ts';
import { actionOf, documentOf, type Items, itemBytes, itemCount, itemsOf } from './items.ts';

export interface Batch {
  readonly path: string;
  readonly items: Items;
  /** All items of the chunk, with their indices. */
  readonly whole: Items;
  /** Which of them these are; absent: they are the same. */
  readonly numbers?: readonly number[];
}

/** The chunk's number of an item of the batch. */
export function numberOf({ numbers }: Batch, i: number): number {
  return numbers?.[i] ?? i;
}

/** 1 up to the index, 2 the index as JSON. */
const INDEX = /^(\{"\w+":\{)"_index":("(?:[^"\\]|\\.)*"),?/;

/** The names of the indices that documents go to, each once. */
export function indicesOf(items: Items): string[] {
  const names = new Set<string>();
  for (let i = 0; i < itemCount(items); i++) {
    const found = INDEX.exec(actionOf(items, i));
    if (found !== null) names.add(decodeJson(found[2]!) as string);
  }
  return [...names];
}

interface Group {
  readonly path: string;
  /** Bytes of an item up to the end of its index. */
  readonly head: Buffer;
  /** Bytes up to the index. */
  readonly opening: Buffer;
  readonly parts: Buffer[];
  readonly numbers: number[];
}

/** The index goes from the action lines to the path; indices come in the order of their first documents. */
export function byIndex(items: Items): Batch[] {
  const groups: Group[] = [];
  let group: Group | undefined;
  for (let i = 0; i < itemCount(items); i++) {
    const bytes = itemBytes(items, i);
    if (group === undefined || !startsWith(bytes, group.head)) {
      group = groups.find(({ head }) => startsWith(bytes, head));
      if (group === undefined) groups.push((group = groupOf(actionOf(items, i))));
    }
    group.parts.push(group.opening, bytes.subarray(group.head.length));
    group.numbers.push(i);
  }
  return groups.map(({ path, parts, numbers }) => ({
    path,
    items: itemsOf(Buffer.concat(parts)),
    whole: items,
    numbers,
  }));
}

function groupOf(action: string): Group {
  const [head, opening, index] = INDEX.exec(action) ?? ['', '', '""'];
  return {
    path: bulkPath(decodeJson(index!) as string),
    head: Buffer.from(head!, 'latin1'),
    opening: Buffer.from(opening!, 'latin1'),
    parts: [],
    numbers: [],
  };
}

function startsWith(bytes: Buffer, head: Buffer): boolean {
  return bytes.length >= head.length && bytes.compare(head, 0, head.length, 0, head.length) === 0;
}

export function bulkPath(index: string): string {
  return index === '' ? '/_bulk' : `/${encodeURIComponent(index)}/_bulk`;
}

/** Puts the id of the chunk into each record; `isWrapped`: documents are bodies of updates. */
export function withChunkId(items: Items, key: string, id: string, isWrapped: boolean): Items {
  let text = '';
  for (let i = 0; i < itemCount(items); i++) {
    const body = decodeJson(documentOf(items, i)) as Hash;
    text += `${actionOf(items, i)}\n${encodeJson(isWrapped ? inUpdate(body, key, id) : { ...body, [key]: id })}\n`;
  }
  return itemsOf(Buffer.from(text, 'latin1'));
}

function inUpdate(body: Hash, key: string, id: string): Hash {
  const parts = ['doc', 'upsert'].flatMap((name) => {
    const part = body[name];
    return isHash(part) ? [[name, { ...part, [key]: id }] as const] : [];
  });
  return { ...body, ...Object.fromEntries(parts) };
}
