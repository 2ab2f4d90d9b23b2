import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dumpElement, looksSecret, quoted, secretsOf } from './dump.ts';
import { Element, type Param } from './element.ts';
import { elementFrom } from './from-text.ts';
import type { SectionSpec } from './schema.ts';

const place = { file: 'fluent.conf', line: 1 };

/** Any text, with those characters often that mean something to the parser. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom(...'#{}"\'\\ \n\r\t[]<>a\0\f\b$@') }),
);
const param = fc.oneof(
  text.map((value): Param => ({ ...place, value, quote: 'double' })),
  fc
    .array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 3 })
    .map((value): Param => ({ ...place, value: JSON.stringify(value), quote: 'json' })),
);
const name = fc
  .oneof(fc.stringMatching(/^[a-z_]{1,8}$/), text)
  .filter((key) => key !== 'include' && !key.startsWith('@'));
const params = fc.array(fc.tuple(name, param), { maxLength: 4 });
const section = (depth: number): fc.Arbitrary<Element> =>
  fc
    .tuple(
      fc.stringMatching(/^[a-z_]\w{0,8}$/),
      text,
      params,
      depth === 0 ? fc.constant([]) : fc.array(section(depth - 1), { maxLength: 2 }),
    )
    .map(([head, arg, entries, children]) => new Element(head, arg, place, entries, children));

const shape = (of: Element): unknown => ({
  name: of.name,
  arg: of.arg,
  params: [...of.params].map(([key, { value }]) => [key, value]),
  children: of.children.map(shape),
});

describe('dump', () => {
  it('parses back to the same element', () => {
    fc.assert(
      fc.property(section(2), (of) => {
        expect(shape(elementFrom(dumpElement(of)))).toEqual(shape(of));
      }),
      { numRuns: 500 },
    );
  });

  it('quotes any text so that it is read back', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(elementFrom(`<a>\nk ${quoted(value)}\n</a>`).text('k')).toBe(value);
      }),
    );
  });

  it('is laid out as people write it', () => {
    const source =
      '<match a.** b>\n  @type x\n  path "a #b"\n  keys ["a",{"b":1.0}]\n  <buffer tag,time>\n    retry_forever ""\n  </buffer>\n</match>\n';
    expect(dumpElement(elementFrom(source))).toBe(source);
  });

  it('shows no secrets: by the schema, and by the name where there is none', () => {
    const schema: SectionSpec = {
      doc: '',
      params: { key: { type: 'string', secret: true, doc: '', alias: 'old' }, token_type: { type: 'string', doc: '' } },
      sections: { inner: { doc: '', params: { word: { type: 'string', secret: true, doc: '' } } } },
    };
    const of = elementFrom(
      '<m>\nkey 1\nold 2\ntoken_type 3\npassword 4\n<inner>\nword 5\n</inner>\n<x>\nshared_key 6\n</x>\n</m>',
    );
    expect(dumpElement(of, secretsOf(schema, of)).replaceAll(/\n\s*/g, ' ')).toBe(
      '<m> key xxxxxx old xxxxxx token_type 3 password xxxxxx <inner> word xxxxxx </inner> <x> shared_key xxxxxx </x> </m> ',
    );
  });

  it.each(['password', 'aws_sec_key_secret', 'client_key_pass', 'api_key', 'http_passwd', 'bearer_token'])(
    '%s looks secret',
    (key) => {
      expect(looksSecret(elementFrom(''), key)).toBe(true);
    },
  );

  it.each(['bearer_token_file', 'private_key_path', 'path_key', 'token_type', 'key_name'])('%s does not', (key) => {
    expect(looksSecret(elementFrom(''), key)).toBe(false);
  });
});
