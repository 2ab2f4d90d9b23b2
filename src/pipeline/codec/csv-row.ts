/**
 * One row of CSV, as Ruby's CSV library reads it: an empty field is null, `""` an empty string, quotes are doubled inside quoted fields.
 * Guarantees: what the library refuses (a quote inside an unquoted field, text behind a closing quote, a quote that is never closed) gives
 * undefined. Only the first row of a text counts.
 */
const QUOTE = 34;

export function parseCsvRow(text: string, delimiter: string): (string | null)[] | undefined {
  const row: (string | null)[] = [];
  for (let at = 0; ; ) {
    const field = text.charCodeAt(at) === QUOTE ? quoted(text, at) : plain(text, at, delimiter);
    if (field === undefined) return undefined;
    row.push(field.value);
    at = field.end;
    if (text.startsWith(delimiter, at)) at += delimiter.length;
    else return at === text.length || text[at] === '\n' || text[at] === '\r' ? row : undefined;
  }
}

interface Field {
  readonly value: string | null;
  readonly end: number;
}

function quoted(text: string, from: number): Field | undefined {
  let end = from + 1;
  for (;;) {
    end = text.indexOf('"', end);
    if (end < 0) return undefined;
    if (text.charCodeAt(end + 1) !== QUOTE) break;
    end += 2;
  }
  const body = text.slice(from + 1, end);
  return { value: body.includes('"') ? body.replaceAll('""', '"') : body, end: end + 1 };
}

function plain(text: string, from: number, delimiter: string): Field | undefined {
  let end = text.length;
  for (const stop of [delimiter, '\n', '\r']) {
    const at = text.indexOf(stop, from);
    if (at >= 0 && at < end) end = at;
  }
  const value = text.slice(from, end);
  if (value.includes('"')) return undefined;
  return { value: value === '' ? null : value, end };
}

/** The quick reader: splits at delimiters first, joins what a quote holds together, and never refuses a row. */
export function parseCsvRowFast(text: string, delimiter: string): (string | null)[] {
  if (text === '') return [];
  const columns = text.split(delimiter);
  const row: (string | null)[] = [];
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i]!;
    const quotes = column.split('"').length - 1;
    const enclosed = column.startsWith('"') && column.endsWith('"');
    if (quotes === 1 && column.startsWith('"')) {
      const from = i;
      do i++;
      while (i < columns.length && !columns[i]!.endsWith('"'));
      row.push(
        columns
          .slice(from, i + 1)
          .join(delimiter)
          .slice(1, -1),
      );
    } else if (quotes < 2) row.push(column === '' ? null : column);
    else {
      const body = enclosed ? column.slice(1, -1) : column;
      row.push(quotes === 2 ? body : body.replaceAll('""', '"'));
    }
  }
  return row;
}
