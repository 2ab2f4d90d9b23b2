/** Entries → NDJSON lines and events: each container is told once, before its first line, with the number that its lines have. */
import { type Entry, type Source, timeText } from '../read/entry.ts';
import { entryId } from '../read/line-id.ts';
import { sourceKey } from '../read/reading.ts';

export class SourceNumbers {
  readonly #numbers = new Map<string, number>();

  /** `isNew`: it must be told first. */
  of({ namespace, pod, container }: Source): { number: number; isNew: boolean } {
    const key = sourceKey(namespace, pod, container);
    const known = this.#numbers.get(key);
    if (known !== undefined) return { number: known, isNew: false };
    this.#numbers.set(key, this.#numbers.size);
    return { number: this.#numbers.size - 1, isNew: true };
  }
}

export function entryJson(entry: Entry, source: number): string {
  return JSON.stringify({
    id: entryId(entry),
    time: timeText(entry.ms, entry.nanos),
    source,
    ...(entry.stream === '' ? {} : { stream: entry.stream }),
    level: entry.level,
    text: entry.text,
    ...(entry.partial ? { partial: true } : {}),
  });
}

export function sourceJson({ namespace, pod, container, role, attempt }: Source, index: number): string {
  return JSON.stringify({ source: { index, namespace, pod, container, role, attempt } });
}

export function ndjson(entries: readonly Entry[], numbers: SourceNumbers): string {
  let text = '';
  for (const entry of entries) {
    const { number, isNew } = numbers.of(entry.source);
    if (isNew) text += `${sourceJson(entry.source, number)}\n`;
    text += `${entryJson(entry, number)}\n`;
  }
  return text;
}
