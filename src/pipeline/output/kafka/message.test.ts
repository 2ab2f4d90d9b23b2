import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LogEvent } from '../../core/event.ts';
import { fromBytes } from '../../core/value.ts';
import { compileMessage, type MessageOptions, messagesIn } from './message.ts';

const field = (key: string, remove = false, fallback?: string) => ({ key, remove, fallback });
const PLAIN: MessageOptions = {
  topic: undefined,
  ...{ partitionKey: field('partition_key'), partition: field('partition'), key: field('message_key') },
  ...{ headers: [], headersFromRecord: [], removals: [], useEventTime: false, maxSize: undefined },
  value: (event) => event.toJson(),
};

test('messages come out of a chunk as they went in, whatever bytes they have', () => {
  const bytes = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((n) => String.fromCharCode(n)), maxLength: 40 });
  fc.assert(
    fc.property(fc.array(fc.tuple(bytes, fc.string({ unit: 'grapheme' })), { maxLength: 10 }), (all) => {
      const chunk = all.map(([value, key]) => {
        const render = compileMessage({ ...PLAIN, value: () => value, headersFromRecord: [['hé', 'message_key']] });
        return render(LogEvent.from(1, 0, { message_key: key }));
      });
      const messages = messagesIn(Buffer.from(chunk.join(''), 'latin1'));
      expect(messages.map(({ value }) => value.toString('latin1'))).toEqual(all.map(([value]) => value));
      expect(messages.map(({ key }) => fromBytes(key ?? ''))).toEqual(all.map(([, key]) => key));
      expect(messages.map(({ headers }) => headers.map(([, text]) => fromBytes(text)))).toEqual(
        all.map(([, key]) => [key]),
      );
      expect(messages.map((message) => message.bytes.toString('latin1'))).toEqual(chunk);
    }),
  );
});

const one = (options: Partial<MessageOptions>, record: Parameters<typeof LogEvent.from>[2]) => {
  const text = compileMessage({ ...PLAIN, ...options })(LogEvent.from(5, 6_000_001, record));
  const { bytes: _, ...message } = messagesIn(Buffer.from(text, 'latin1'))[0]!;
  return { ...message, value: message.value.toString() };
};

test('place, key and headers come from fields, which may leave the record; missing, null and false give the default', () => {
  const options: Partial<MessageOptions> = {
    topic: field('topic', true, 'else'),
    partitionKey: field('pk', true),
    partition: field('p', false, '1'),
    key: field('k', false, 'default'),
    headers: [
      ['a', '1'],
      ['b', '2'],
    ],
    headersFromRecord: [
      ['b', '$.in.side'],
      ['c', 'none'],
    ],
    removals: ['$.in.side'],
    useEventTime: true,
  };
  expect(one(options, { topic: 't', pk: 7, p: '2', k: false, in: { side: 'x', y: 1 } })).toEqual({
    ...{ time: 5006, topic: 't', partition: 2, partitionKey: '7', key: 'default' },
    headers: [
      ['a', '1'],
      ['b', 'x'],
      ['c', ''],
    ],
    value: '{"p":"2","k":false,"in":{"y":1}}',
  });
  expect(one(options, { topic: null }).topic).toBe('else');
  expect(one(options, { topic: null }).partition).toBe(1);
});

test('an event with a partition that is none, or too large, is an error of its own', () => {
  expect(() => one({}, { partition: 'x' })).toThrow("'x' is no number of a partition");
  expect(() => one({ maxSize: 10 }, { message: 'long enough' })).toThrow('max_send_limit_bytes');
});
