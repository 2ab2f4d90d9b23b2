import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cutMembers } from './cut.ts';

const names = ['log', 'stream', 'kubernetes', '__proto__'];
const key = fc.oneof(fc.constantFrom(...names), fc.string(), fc.constantFrom('a\\b', 'q"', 'é'));
const json = fc.jsonValue({ depthSize: 'small' });

it('what is cut out of any object is what JSON.parse finds', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, json)), fc.constantFrom(undefined, 1, '\t'), (members, indent) => {
      const unique = new Map(members);
      const text = `{${[...unique].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value, null, indent)}`).join(' , ')}}`;
      const found = cutMembers(text, names);
      if (found === undefined) {
        expect([...unique.keys()].some((name) => JSON.stringify(name).includes('\\'))).toBe(true);
        return;
      }
      for (const [i, name] of names.entries()) {
        const value = found[i];
        expect(value === undefined ? undefined : JSON.parse(value)).toEqual(
          unique.has(name) ? JSON.parse(JSON.stringify(unique.get(name))) : undefined,
        );
      }
    }),
  );
});

it('gives nothing for a text that is cut short, and never runs behind its end', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), json, { minKeys: 1 }), fc.nat(), (object, cut) => {
      const text = JSON.stringify(object);
      const part = text.slice(0, cut % text.length);
      expect(cutMembers(part, ['none of these'])).toBe(undefined);
    }),
  );
});
