/** `@type hash`: the record as Ruby's `inspect` shows a Hash: `{"a"=>1, "b"=>nil}`. */
import { inspect } from '../../ruby/to-s.ts';
import { toBytes } from '../core/value.ts';
import { defineFormatter } from '../plugin.ts';
import { lineEnd, NEWLINE } from './newline.ts';

export const plugin = defineFormatter({
  kind: 'formatter',
  type: 'hash',
  doc: 'Writes records as Ruby hashes.',
  schema: { doc: 'Hash formatter.', params: { ...NEWLINE } },
  create(config) {
    const end = lineEnd(config);
    return { type: 'hash', format: (_tag, event) => toBytes(inspect(event.toObject())) + end };
  },
});
