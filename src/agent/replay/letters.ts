/**
 * Dead letters as chunks: bulk lines, ready to send, of one tag each.
 *
 * Guarantees: a letter is sent with the action it had, to the index it was meant for. One without an id gets one that follows from its text, and
 * is created only where it is not there yet: a replay may be repeated, and nothing is doubled.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import readline from 'node:readline';
import { type Replayable, readLetter } from '../../pipeline/output/elasticsearch/dead-letters.ts';
import type { ReadyChunk } from '../../pipeline/plugin.ts';

const CHUNK_BYTES = 4 * 1024 ** 2;

export interface Letters {
  /** Lines that are no letters. */
  unreadable: number;
  letters: number;
}

interface Gathered {
  lines: string[];
  bytes: number;
  count: number;
}

/** Chunks of the files' letters; `seen` is counted on the way. */
export async function* chunksOf(files: readonly string[], seen: Letters): AsyncGenerator<ReadyChunk> {
  const copies = new Map<string, number>();
  const byTag = new Map<string, Gathered>();
  for (const file of files) {
    const input = fs.createReadStream(file, { encoding: 'latin1' });
    for await (const line of readline.createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line.trim() === '') continue;
      const letter = readLetter(line);
      if (letter === undefined) {
        seen.unreadable++;
        continue;
      }
      seen.letters++;
      const gathered = byTag.get(letter.tag) ?? { lines: [], bytes: 0, count: 0 };
      byTag.set(letter.tag, gathered);
      const item = itemOf(letter, copies);
      gathered.lines.push(item);
      gathered.bytes += item.length;
      gathered.count++;
      if (gathered.bytes < CHUNK_BYTES) continue;
      byTag.delete(letter.tag);
      yield chunkOf(letter.tag, gathered);
    }
  }
  for (const [tag, gathered] of byTag) yield chunkOf(tag, gathered);
}

/** `copies`: how often a document without an id came so far, by the hash of its text: equal lines are lines of their own. */
function itemOf({ action, record }: Replayable, copies: Map<string, number>): string {
  const target = /^\{"(?:index|create)":\{(.*?)\s*\}\s*\}$/s.exec(action)?.[1];
  if (target === undefined || action.includes('"_id":')) return `${action}\n${record}\n`;
  const hash = createHash('sha256').update(action).update(record).digest('base64url').slice(0, 27);
  const copy = copies.get(hash) ?? 0;
  copies.set(hash, copy + 1);
  const id = copy === 0 ? hash : `${hash}-${copy}`;
  return `{"create":{${target}${target === '' ? '' : ','}"_id":"${id}"}}\n${record}\n`;
}

function chunkOf(tag: string, { lines, count }: Gathered): ReadyChunk {
  let bytes = Buffer.from(lines.join(''), 'latin1');
  let left = count;
  return {
    id: createHash('md5').update(bytes).digest('hex'),
    meta: { tag },
    get count() {
      return left;
    },
    createdAt: Date.now(),
    attempt: 0,
    read: () => bytes,
    replace(rest, number) {
      bytes = Buffer.from(rest);
      left = number;
    },
  };
}
