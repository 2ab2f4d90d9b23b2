/** `@type csv`: chosen fields in a row. A null is empty, an empty string `""`; with `force_quotes` (the default) everything is quoted. */

import { accessorText } from '../codec/field-text.ts';
import { Accessor } from '../core/accessor.ts';
import { PluginConfigError } from '../core/errors.ts';
import type { LogEvent } from '../core/event.ts';
import { toBytes } from '../core/value.ts';
import { defineFormatter } from '../plugin.ts';

export const plugin = defineFormatter({
  kind: 'formatter',
  type: 'csv',
  doc: 'Writes chosen fields as CSV.',
  schema: {
    doc: 'CSV formatter.',
    params: {
      fields: { type: 'array', required: true, doc: 'Fields of a row: keys or record accessors.' },
      delimiter: { type: 'string', default: ',', doc: 'Between the fields; `\\t` or `TAB` is a tab.' },
      force_quotes: { type: 'bool', default: 'true', doc: 'Quote every field.' },
      add_newline: { type: 'bool', default: 'true', doc: 'End each row with a line end.' },
    },
  },
  create(config) {
    const fields = (config.fields ?? []).filter((field) => field !== '');
    if (fields.length === 0) throw new PluginConfigError('empty value is specified in fields parameter');
    const delimiter = ['\\t', 'TAB'].includes(config.delimiter) ? '\t' : toBytes(config.delimiter);
    const quote = quoting(delimiter, config.force_quotes);
    const end = config.add_newline ? '\n' : '';
    const read = fields.map(reader);
    return {
      type: 'csv',
      format: (_tag, event) => read.map((text) => quote(text(event))).join(delimiter) + end,
    };
  },
});

/** Text of a field; undefined for null and for a missing one. */
function reader(field: string): (event: LogEvent) => string | undefined {
  const accessor = new Accessor(field);
  return (event) => {
    const value = accessor.get(event);
    return value === undefined || value === null ? undefined : accessorText(event, accessor);
  };
}

function quoting(delimiter: string, always: boolean): (text: string | undefined) => string {
  const needs = (text: string) => text === '' || /^[ \t]|[\r\n"]/.test(text) || text.includes(delimiter);
  return (text) => {
    if (text === undefined) return always ? '""' : '';
    return always || needs(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
}
