/**
 * systemd's journal export format: entries of fields, `NAME=value` lines or, for values that are no text, `NAME`, eight bytes of length (little
 * endian), the bytes and a line end; an empty line ends an entry. Byte strings in, byte strings out; blocks may end anywhere.
 */
export type JournalEntry = Map<string, string>;

const LENGTH_BYTES = 8;

export class JournalExportReader {
  #rest = '';
  #entry: JournalEntry = new Map();

  /** Entries that are complete. */
  push(block: string): JournalEntry[] {
    const text = this.#rest + block;
    const found: JournalEntry[] = [];
    let at = 0;
    for (;;) {
      const end = text.indexOf('\n', at);
      if (end < 0) break;
      const line = text.slice(at, end);
      const equals = line.indexOf('=');
      if (line === '') {
        if (this.#entry.size > 0) found.push(this.#entry);
        this.#entry = new Map();
      } else if (equals >= 0) this.#entry.set(line.slice(0, equals), line.slice(equals + 1));
      else {
        const start = end + 1 + LENGTH_BYTES;
        if (text.length < start) break;
        const size = lengthAt(text, end + 1);
        if (text.length < start + size + 1) break;
        this.#entry.set(line, text.slice(start, start + size));
        at = start + size + 1;
        continue;
      }
      at = end + 1;
    }
    this.#rest = text.slice(at);
    return found;
  }
}

function lengthAt(text: string, at: number): number {
  let size = 0;
  for (let i = LENGTH_BYTES - 1; i >= 0; i--) size = size * 256 + text.charCodeAt(at + i);
  return size;
}
