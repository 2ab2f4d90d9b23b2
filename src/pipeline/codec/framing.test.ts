import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DelimiterFramer, type Framer, FramingError, OctetCountFramer } from './framing.ts';
import { JsonFramer } from './json-framing.ts';

function fed(framer: Framer, text: string, cuts: readonly number[]): string[] {
  const edges = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  const blocks = [0, ...edges].map((from, i) => text.slice(from, edges[i] ?? text.length));
  return blocks.flatMap((block) => framer.push(block));
}

const cuts = fc.array(fc.nat(), { maxLength: 12 });

it.each(['\n', '\r\n', '--end--'])('messages cut at %j are the same at any block edges', (delimiter) => {
  const message = fc
    .string({ maxLength: 30 })
    .filter((text) => !`${text}${delimiter}`.slice(0, -1).includes(delimiter));
  fc.assert(
    fc.property(fc.array(message, { maxLength: 8 }), cuts, (messages, at) => {
      const clean = messages.filter((text) => (text + delimiter).indexOf(delimiter) === text.length);
      const text = clean.map((one) => one + delimiter).join('');
      expect(fed(new DelimiterFramer(delimiter), text, at)).toEqual(clean);
    }),
  );
});

it('messages with a limit: longer ones are left out and told once, whatever the edges', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{0,20}$/), { maxLength: 8 }), cuts, (messages, at) => {
      let long = 0;
      const framer = new DelimiterFramer('\n', { limit: 8, onTooLong: () => long++ });
      const text = messages.map((one) => `${one}\n`).join('');
      expect(fed(framer, text, at)).toEqual(messages.filter((one) => one.length <= 8));
      expect(long).toBe(messages.filter((one) => one.length > 8).length);
    }),
  );
});

it('counted messages are the same at any block edges, delimiters inside or not', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 30 }), { maxLength: 8 }), cuts, (messages, at) => {
      const text = messages.map((one) => `${one.length} ${one}`).join('');
      expect(fed(new OctetCountFramer(), text, at)).toEqual(messages);
    }),
  );
});

it('a counted message over the limit is skipped, the next one is read', () => {
  const framer = new OctetCountFramer({ limit: 4 });
  expect([...framer.push('6 abc'), ...framer.push('def3 xyz')]).toEqual(['xyz']);
});

it('a counted stream without a count cannot be read any further', () => {
  expect(() => new OctetCountFramer().push('<6>hello')).toThrow(FramingError);
});

it('JSON values are the same at any block edges, brackets and quotes inside strings or not', () => {
  const value = fc.jsonValue().filter((one) => typeof one === 'object' && one !== null);
  fc.assert(
    fc.property(fc.array(value, { maxLength: 6 }), cuts, (values, at) => {
      const texts = values.map((one) => Buffer.from(JSON.stringify(one)).toString('latin1'));
      expect(fed(new JsonFramer(), texts.join('\n'), at)).toEqual(texts);
    }),
  );
});

it('a stream that is no JSON cannot be read any further', () => {
  expect(() => new JsonFramer().push('{"a":1} nonsense')).toThrow(FramingError);
  expect(() => new JsonFramer().push(']')).toThrow(FramingError);
});
