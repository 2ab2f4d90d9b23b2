/** `String#succ`: the rightmost letter or digit goes on, carrying to the left. */

const isAlnum = (c: string) => /^[\p{L}\p{N}]$/u.test(c);

export function successor(text: string): string {
  const chars = [...text];
  if (chars.length === 0) return '';
  if (!chars.some(isAlnum)) return incrementLast(chars);
  let i = chars.findLastIndex(isAlnum);
  for (;;) {
    const c = chars[i]!;
    if (c !== 'z' && c !== 'Z' && c !== '9') {
      chars[i] = String.fromCodePoint(c.codePointAt(0)! + 1);
      return chars.join('');
    }
    chars[i] = c === '9' ? '0' : c === 'z' ? 'a' : 'A';
    const left = nextLeft(chars, i);
    if (left < 0) {
      chars.splice(i, 0, c === '9' ? '1' : chars[i]!);
      return chars.join('');
    }
    i = left;
  }
}

/** The next letter or digit to the left; other characters between two are jumped over only where something stands before them. */
function nextLeft(chars: readonly string[], i: number): number {
  if (i > 0 && isAlnum(chars[i - 1]!)) return i - 1;
  return chars.slice(0, Math.max(0, i)).findLastIndex(isAlnum);
}

function incrementLast(chars: string[]): string {
  const last = chars.at(-1)!.codePointAt(0)!;
  return [...chars.slice(0, -1), String.fromCodePoint(last + 1)].join('');
}

const MOST = 100_000;

/** From one text to another as `'a'..'e'` counts. */
export function successors(first: string, last: unknown, exclusive: boolean): string[] {
  const out: string[] = [];
  if (typeof last !== 'string') return out;
  const digits = /^\d+$/.test(first) && /^\d+$/.test(last);
  if (
    digits ? Number(first) > Number(last) : first.length > last.length || (first.length === last.length && first > last)
  )
    return out;
  for (let at = first; out.length < MOST; at = successor(at)) {
    if (at === last) {
      if (!exclusive) out.push(at);
      return out;
    }
    if (at.length > last.length) return out;
    out.push(at);
  }
  return out;
}
