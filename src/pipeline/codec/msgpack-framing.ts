/**
 * Cuts a stream of bytes into MessagePack values, whatever edges its blocks have.
 *
 * Guarantees: each byte is looked at once, however often a long value is cut; a value is handed on as one piece of memory that is its own. A
 * value longer than `limit` and bytes that begin no value end the stream (MsgpackError).
 */
import { MsgpackError } from './msgpack.ts';

export class MsgpackFramer {
  /** Bytes of the longest value; may change between two blocks. */
  limit: number;
  #blocks: Buffer[] = [];
  /** Bytes in `#blocks`. */
  #held = 0;
  /** Values that are open: 1 at the start of a value, more inside a container. */
  #open = 1;
  /** Bytes of the current value that were looked at, or are known to follow. */
  #seen = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  push(block: Buffer): Buffer[] {
    const found: Buffer[] = [];
    this.#blocks.push(block);
    this.#held += block.length;
    for (;;) {
      if (this.#open === 0) {
        if (this.#seen > this.#held) break;
        found.push(this.#cut());
      } else if (this.#seen >= this.#held || !this.#head()) break;
      if (this.#seen > this.limit) throw new MsgpackError(`a message is longer than ${this.limit} bytes`);
    }
    return found;
  }

  #cut(): Buffer {
    const all = this.#blocks.length === 1 ? this.#blocks[0]! : Buffer.concat(this.#blocks);
    const value = all.subarray(0, this.#seen);
    const rest = all.subarray(this.#seen);
    this.#blocks = rest.length > 0 ? [rest] : [];
    this.#held = rest.length;
    this.#seen = 0;
    this.#open = 1;
    return value;
  }

  /** Steps over one head; false where it is not complete yet. */
  #head(): boolean {
    const byte = this.#at(this.#seen)!;
    const rule = RULES[byte]!;
    if (rule === undefined) throw new MsgpackError(`a byte that begins no value: ${byte}`);
    const [headSize, lengthSize, kind] = rule;
    if (lengthSize > 0 && this.#seen + headSize > this.#held) return false;
    let length = kind === 'fixed' ? 0 : byte & 0x1f;
    if (lengthSize > 0) length = this.#number(this.#seen + 1, lengthSize);
    else if (kind === 'array' || kind === 'map') length = byte & 0x0f;
    this.#open--;
    this.#seen += headSize;
    if (kind === 'bytes') this.#seen += length;
    else if (kind === 'array') this.#open += length;
    else if (kind === 'map') this.#open += 2 * length;
    return true;
  }

  #number(at: number, size: number): number {
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + this.#at(at + i)!;
    return value;
  }

  /** Blocks before the one looked at are skipped from behind: heads are read at the end of what was seen. */
  #at(index: number): number | undefined {
    let end = this.#held;
    for (let i = this.#blocks.length - 1; i >= 0; i--) {
      const block = this.#blocks[i]!;
      end -= block.length;
      if (index >= end) return block[index - end];
    }
    return undefined;
  }
}

/** Bytes of the head with its length and body of fixed size, bytes of the length, what the length counts. */
type Rule = readonly [headSize: number, lengthSize: number, kind: 'fixed' | 'bytes' | 'array' | 'map'];

const RULES: readonly (Rule | undefined)[] = Array.from({ length: 256 }, (_, byte) => ruleOf(byte));

function ruleOf(byte: number): Rule | undefined {
  if (byte < 0x80 || byte >= 0xe0) return [1, 0, 'fixed'];
  if (byte < 0x90) return [1, 0, 'map'];
  if (byte < 0xa0) return [1, 0, 'array'];
  if (byte < 0xc0) return [1, 0, 'bytes'];
  const rules: Readonly<Record<number, Rule>> = {
    ...{ 192: [1, 0, 'fixed'], 194: [1, 0, 'fixed'], 195: [1, 0, 'fixed'] },
    ...{ 196: [2, 1, 'bytes'], 197: [3, 2, 'bytes'], 198: [5, 4, 'bytes'] },
    // Extensions have a type byte behind the length.
    ...{ 199: [3, 1, 'bytes'], 200: [4, 2, 'bytes'], 201: [6, 4, 'bytes'] },
    ...{ 202: [5, 0, 'fixed'], 203: [9, 0, 'fixed'] },
    ...{ 204: [2, 0, 'fixed'], 205: [3, 0, 'fixed'], 206: [5, 0, 'fixed'], 207: [9, 0, 'fixed'] },
    ...{ 208: [2, 0, 'fixed'], 209: [3, 0, 'fixed'], 210: [5, 0, 'fixed'], 211: [9, 0, 'fixed'] },
    ...{ 212: [3, 0, 'fixed'], 213: [4, 0, 'fixed'], 214: [6, 0, 'fixed'], 215: [10, 0, 'fixed'] },
    ...{ 216: [18, 0, 'fixed'] },
    ...{ 217: [2, 1, 'bytes'], 218: [3, 2, 'bytes'], 219: [5, 4, 'bytes'] },
    ...{ 220: [3, 2, 'array'], 221: [5, 4, 'array'], 222: [3, 2, 'map'], 223: [5, 4, 'map'] },
  };
  return rules[byte];
}
