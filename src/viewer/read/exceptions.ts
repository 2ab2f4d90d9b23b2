/** Exception signatures: what stays the same of a message when numbers and ids are masked. */
import type { Entry } from './entry.ts';

const EXCEPTION =
  /(?:^|[\s:"'([])((?:[A-Za-z_$][\w$]*\.)*[A-Z][\w$]*(?:Exception|Error|Failure|Throwable))\b(?::\s*(.*))?/;
const LONGEST = 200;

/** `class: masked message` of the exception that a line names; undefined where it names none. */
export function signatureOf(text: string): string | undefined {
  if (!/Exception|Error|Failure|Throwable/.test(text)) return undefined;
  const match = EXCEPTION.exec(text.length > 2000 ? text.slice(0, 2000) : text);
  if (match === null) return undefined;
  const message = match[2] === undefined ? '' : mask(match[2].split('\n', 1)[0]!);
  return message === '' ? match[1]! : `${match[1]}: ${message}`.slice(0, LONGEST);
}

/** Numbers, hex ids, UUIDs and addresses become `#`. */
export function mask(text: string): string {
  return text
    .replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '#')
    .replace(/\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/gi, '#')
    .replace(/\b0x[0-9a-f]+\b/gi, '#')
    .replace(/\d+(?:[.:,]\d+)*/g, '#')
    .trim();
}

export interface ExceptionCount {
  readonly signature: string;
  count: number;
  /** Ids of its first and last entry. */
  readonly first: Entry;
  last: Entry;
}

export class ExceptionCounter {
  readonly #counts = new Map<string, ExceptionCount>();
  #others = 0;

  add(entry: Entry): void {
    // Frames and causes of a trace name the exception again: its first line counts.
    if (/^(?:\s+at |\s|Caused by: |Suppressed: )/.test(entry.text)) return;
    const signature = signatureOf(entry.text);
    if (signature === undefined) return;
    const known = this.#counts.get(signature);
    if (known !== undefined) {
      known.count++;
      known.last = entry;
    } else if (this.#counts.size < 2000)
      this.#counts.set(signature, { signature, count: 1, first: entry, last: entry });
    else this.#others++;
  }

  /** Exceptions of signatures that there was no room for. */
  get others(): number {
    return this.#others;
  }

  top(n: number): ExceptionCount[] {
    return [...this.#counts.values()].sort((a, b) => b.count - a.count).slice(0, n);
  }
}
