import { describe, expect, expectTypeOf, it } from 'vitest';
import { checkSection } from './check.ts';
import type { Element } from './element.ts';
import { elementFrom } from './from-text.ts';
import { parseConfig } from './parse.ts';
import { Problems, problemText } from './problems.ts';
import { USE_DEFAULT, USE_NIL } from './scanner.ts';
import type { RegexpText, SectionSpec } from './schema.ts';

const schema = {
  doc: '',
  params: {
    path: { type: 'string', required: true, doc: '' },
    mode: { type: 'enum', values: ['fast', 'safe'], default: 'safe', doc: '' },
    limit: { type: 'size', default: '8m', doc: '' },
    wait: { type: 'time', doc: '' },
    flag: { type: 'bool', default: 'true', doc: '' },
    maybe: { type: 'bool', doc: '' },
    codes: { type: 'array', of: 'integer', default: '429, 503', doc: '' },
    names: { type: 'array', doc: '' },
    extra: { type: 'hash', default: '', doc: '' },
    pattern: { type: 'regexp', doc: '' },
    key: { type: 'integer', secret: true, doc: '', alias: 'old_key' },
    gone: { type: 'string', deprecated: 'use path', doc: '' },
  },
  sections: {
    rule: { doc: '', multi: true, params: { tag: { type: 'string', required: true, doc: '' } } },
    one: { doc: '', required: true, params: {} },
    record: { doc: '', params: {}, anyParam: true },
    parse: { doc: '', params: {}, plugin: 'parser' },
  },
} as const satisfies SectionSpec;

function check(text: string, strict = false) {
  const problems = new Problems();
  const config = checkSection(schema, elementFrom(text), problems, { strict });
  return { config, problems: problems.list.map((problem) => `${problem.severity} ${problemText(problem)}`) };
}

describe('checkSection', () => {
  it('gives typed values and defaults', () => {
    const { config, problems } = check(
      '<x>\npath p\nwait 1m\nnames a,b\npattern /a/i\nold_key 5\n<one>\n</one>\n<rule>\ntag t\n</rule>\n<rule>\ntag u\n</rule>\n</x>',
    );
    expect(problems).toEqual([]);
    const { $element, $sections, ...values } = config;
    expect(values).toEqual({
      ...{ path: 'p', mode: 'safe', limit: 8 * 1024 ** 2, wait: 60, flag: true, maybe: undefined, codes: [429, 503] },
      ...{ names: ['a', 'b'], extra: {}, pattern: { source: 'a', flags: 'i' }, key: 5, gone: undefined },
    });
    expect($element.text('old_key')).toBe('5');
    expect($sections.rule.map((rule) => rule.tag)).toEqual(['t', 'u']);
  });

  it('has types that follow from the schema', () => {
    const { config } = check('<x>\npath p\n<one>\n</one>\n</x>');
    expectTypeOf(config.path).toEqualTypeOf<string>();
    expectTypeOf(config.mode).toEqualTypeOf<'fast' | 'safe'>();
    expectTypeOf(config.limit).toEqualTypeOf<number>();
    expectTypeOf(config.wait).toEqualTypeOf<number | undefined>();
    expectTypeOf(config.maybe).toEqualTypeOf<boolean | undefined>();
    expectTypeOf(config.codes).toEqualTypeOf<readonly number[]>();
    expectTypeOf(config.names).toEqualTypeOf<readonly string[] | undefined>();
    expectTypeOf(config.extra).toEqualTypeOf<Readonly<Record<string, unknown>>>();
    expectTypeOf(config.pattern).toEqualTypeOf<RegexpText | undefined>();
    expectTypeOf(config.$element).toEqualTypeOf<Element>();
    expectTypeOf<(typeof config)['$sections']['rule'][number]['tag']>().toEqualTypeOf<string>();
  });

  it('reports everything at once, each at its place and in the words of Fluentd', () => {
    const { problems } = check(
      '<x>\nmode slow\nmaybe perhaps\nflag perhaps\ngone 1\nunknown 2\n<one>\n</one>\n<one>\n</one>\n<rule a>\nz 1\n</rule>\n<other>\n</other>\n<record>\nany 1\n</record>\n</x>',
    );
    expect(problems.toSorted(byText)).toEqual(
      [
        "error fluent.conf:1: 'path' parameter is required in <x>",
        "error fluent.conf:2: 'mode' parameter in <x>: valid options are fast,safe but got slow",
        "error fluent.conf:4: 'flag' parameter in <x> is required but nil is specified",
        "warn fluent.conf:5: 'gone' parameter is deprecated: use path",
        "warn fluent.conf:6: parameter 'unknown' in <x> is not used.",
        'warn fluent.conf:14: section <other> is not used in <x>',
        "error fluent.conf:11: 'tag' parameter is required in <rule a>",
        "warn fluent.conf:12: parameter 'z' in <rule a> is not used.",
        'error fluent.conf:9: <one> section is allowed once in <x>',
      ].sort(byText),
    );
  });

  it('never tells the value of a secret', () => {
    expect(check('<x>\npath p\nkey hunter2\n<one>\n</one>\n</x>', true).problems).toEqual([
      "error fluent.conf:3: 'key' parameter in <x>: invalid value",
    ]);
  });

  it('takes use_default for absent and use_nil for nil', () => {
    const problems = new Problems();
    const markers: Readonly<Record<string, typeof USE_NIL | typeof USE_DEFAULT>> = { nil: USE_NIL, def: USE_DEFAULT };
    const text = 'path "#{def}"\nmode "#{def}"\nlimit "#{nil}"\nwait "#{nil}"\n<one>\n</one>\n';
    const root = parseConfig(text, 'f', {
      problems,
      embed: (ruby) => markers[ruby]!,
      files: { read: () => '', glob: () => [] },
    });
    const config = checkSection(schema, root, problems);
    expect([config.mode, config.wait]).toEqual(['safe', undefined]);
    expect(problems.list.map(problemText)).toEqual([
      "f:1: 'path' in <ROOT> doesn't have default value",
      "f:3: 'limit' parameter in <ROOT> is required but nil is specified",
    ]);
  });
});

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}
