/** What a Fluentd that ran before left on the disk: positions of its files, chunks of its buffers. Nothing is changed. */
import fs from 'node:fs';
import path from 'node:path';
import type { Element } from '../../config/element.ts';
import { typeOf } from '../host.ts';

export interface Positions {
  readonly file: string;
  readonly exists: boolean;
  readonly entries: number;
  /** Entries whose file is still there with the same inode: reading goes on where Fluentd stopped. */
  readonly continued: number;
  /** Files that Fluentd had stopped watching. */
  readonly unwatched: number;
  readonly broken: number;
}

export interface Chunks {
  readonly path: string;
  readonly files: number;
  readonly bytes: number;
  /** Chunks of Fluentd's; the rest are of this program. */
  readonly fluentd: number;
}

const UNWATCHED = 'ffffffffffffffff';

export function positionsOf(root: Element): Positions[] {
  return each(root, (element) => element.name === 'source' && typeOf(element) === 'tail')
    .map((element) => element.text('pos_file'))
    .filter((file) => file !== undefined)
    .map(readPositions);
}

export function readPositions(file: string): Positions {
  const none = { file, exists: false, entries: 0, continued: 0, unwatched: 0, broken: 0 };
  const text = readText(file);
  if (text === undefined) return none;
  const lines = text.split('\n').filter((line) => line !== '');
  const parsed = lines.map((line) => /^(.+)\t([0-9a-f]{16})\t([0-9a-f]{16})$/.exec(line));
  const good = parsed.filter((found) => found !== null);
  return {
    ...{ file, exists: true, entries: lines.length, broken: parsed.length - good.length },
    unwatched: good.filter((found) => found[2] === UNWATCHED).length,
    continued: good.filter((found) => found[2] !== UNWATCHED && inodeOf(found[1]!) === Number.parseInt(found[3]!, 16))
      .length,
  };
}

export function chunksOf(root: Element): Chunks[] {
  return each(root, (element) => element.name === 'buffer' && element.text('path') !== undefined).map((element) =>
    readChunks(element.text('path')!),
  );
}

/** `path` is a folder, or a pattern with one `*`, or (as v0.12 has it) the beginning of the names. */
export function readChunks(where: string): Chunks {
  const isFolder = fs.statSync(where, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const folder = isFolder ? where : path.dirname(where);
  const prefix = isFolder ? '' : path.basename(where).split('*')[0]!;
  const names = entriesOf(folder).filter((name) => name.startsWith(prefix) && isChunk(name));
  const sizes = names.map((name) => fs.statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0);
  return {
    path: where,
    files: names.length,
    bytes: sizes.reduce((a, b) => a + b, 0),
    fluentd: names.filter((name) => fs.existsSync(path.join(folder, `${name}.meta`))).length,
  };
}

/** `….b<id>.log` is being filled, `….q<id>.log` waits. */
function isChunk(name: string): boolean {
  return /\.[bq][0-9a-f]{32}(?:\.|$)/.test(name) && !name.endsWith('.meta');
}

function entriesOf(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}

function readText(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function inodeOf(file: string): number | undefined {
  return fs.statSync(file, { throwIfNoEntry: false })?.ino;
}

function each(element: Element, wanted: (element: Element) => boolean): Element[] {
  return [...(wanted(element) ? [element] : []), ...element.children.flatMap((child) => each(child, wanted))];
}
