/** `@type msgpack`: the record as a MessagePack map, without time and tag. */
import { encodeRecord } from '../codec/msgpack.ts';
import { defineFormatter } from '../plugin.ts';

export const plugin = defineFormatter({
  kind: 'formatter',
  type: 'msgpack',
  doc: 'Writes records as MessagePack.',
  schema: { doc: 'MessagePack formatter.', params: {} },
  create: () => ({ type: 'msgpack', format: (_tag, event) => encodeRecord(event) }),
});
