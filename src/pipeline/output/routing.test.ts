import { describe, expect, it } from 'vitest';
import { ManualClock, rig } from '../../../test/plugins/rig.ts';
import { LogEvent } from '../core/event.ts';
import { Shape } from '../core/shape.ts';

const end = (name: string) => `<match **>\n@type capture\nname ${name}\n</match>`;

describe('rewrite_tag_filter', () => {
  const conf = (params: string) =>
    `<match in.**>\n@type rewrite_tag_filter\n${params}\n</match>\n${end('root')}\n<label @L>\n${end('L')}\n</label>`;
  const rule = (key: string, pattern: string, tag: string, more = '') =>
    `<rule>\nkey ${key}\npattern ${pattern}\ntag ${tag}\n${more}\n</rule>`;

  it.each<[string, string, object, string[]]>([
    [
      'the first rule that fits wins',
      rule('a', '/^x/', 'one') + rule('a', '/./', 'two').replace(/^/, '\n'),
      { a: 'xy' },
      ['one'],
    ],
    [
      'groups and parts of the tag',
      rule('a', '/^(\\w+) (\\w+)$/', '${tag_parts[1]}.$2.$1.${tag}'),
      { a: 'p q' },
      ['b.q.p.in.b'],
    ],
    ['named groups count alone', rule('a', '/(x)(?<n>y)/', 't.$1.$2'), { a: 'xy' }, ['t.y.']],
    [
      'capitalised groups',
      `capitalize_regex_backreference true\n${rule('a', '/(.+)/', 't.$1')}`,
      { a: 'abC' },
      ['t.Abc'],
    ],
    ['inverted', rule('a', '/x/', 't', 'invert true'), { b: 1 }, ['t']],
    ['an empty text fits nothing', rule('a', '/^$/', 't'), { a: '' }, []],
    ['the same tag goes nowhere', rule('a', '/x/', 'in.b'), { a: 'x' }, []],
    ['the same tag to a label goes there', rule('a', '/x/', 'in.b', 'label @L'), { a: 'x' }, ['in.b']],
    ['prefix taken off', `remove_tag_prefix in\n${rule('a', '/x/', 'z.${tag}')}`, { a: 'x' }, ['z.b']],
    ['regexp taken off', `remove_tag_regexp /^i./\n${rule('a', '/x/', 'z${tag}')}`, { a: 'x' }, ['z.b']],
    ['nested field and unknown placeholder', rule('$.n.k', '/^5$/', 't.${nope}x'), { n: { k: 5 } }, ['t.x']],
    [
      'a command gives the host name',
      `hostname_command echo h1\n${rule('a', '/x/', '${hostname}.__HOSTNAME__')}`,
      { a: 'x' },
      ['h1.h1'],
    ],
  ])('%s', async (_name, params, record, tags) => {
    const r = await rig(conf(params));
    await r.emit('in.b', [record as never]);
    expect(r.caught.map((c) => c.tag)).toEqual(tags);
  });

  it('keeps the order of events of one tag and sends them together', async () => {
    const r = await rig(conf(rule('a', '/(.)/', 't.$1')));
    await r.emit('in.b', [
      { a: 'x', n: 1 },
      { a: 'y', n: 2 },
      { a: 'x', n: 3 },
    ]);
    expect(r.caught.map((c) => [c.tag, c.record['n']])).toEqual([
      ['t.x', 1],
      ['t.x', 3],
      ['t.y', 2],
    ]);
  });
  it('one by one where asked to', async () => {
    const r = await rig(conf(`emit_mode record\n${rule('a', '/(.)/', 't.$1')}`));
    await r.emit('in.b', [
      { a: 'x', n: 1 },
      { a: 'y', n: 2 },
      { a: 'x', n: 3 },
    ]);
    expect(r.caught.map((c) => c.record['n'])).toEqual([1, 2, 3]);
  });
  it.each([
    ['', /missing rewriterules/],
    ['rewriterule1 a x y', /support has been dropped/],
    [`remove_tag_prefix a\nremove_tag_regexp /b/\n${rule('a', '/x/', 't')}`, /exclusive/],
    [`${rule('a', '/x/', 't')}\n${rule('a', '/x/', 'u')}`, /duplicated/],
    [rule('a', '/x/', '${tag_parts[0..1]}.__TAG_PARTS[0..1]__'), /range/],
  ])('refuses %j', async (params, message) => {
    await expect(rig(conf(params))).rejects.toThrow(message);
  });
});

describe('copy, roundrobin, relabel', () => {
  const stores = (...labels: string[]) =>
    labels.map((l) => `<store>\n@type relabel\n@label @${l}\n</store>`).join('\n');
  const label = (name: string, filter = '') => `<label @${name}>\n${filter}\n${end(name)}\n</label>`;
  const drop = '<filter **>\n@type record_transformer\nremove_keys $.n.x,top\n<record>\nmine 1\n</record>\n</filter>';

  it.each<[string, object]>([
    ['no_copy', { n: { y: 2 }, top: 1 }],
    ['shallow', { n: { y: 2 }, top: 1 }],
    ['deep', { n: { x: 1, y: 2 }, top: 1 }],
    ['marshal', { n: { x: 1, y: 2 }, top: 1 }],
  ])('copy_mode %s: what the second store sees of a nested delete in the first', async (mode, expected) => {
    const r = await rig(
      `<match **>\n@type copy\ncopy_mode ${mode}\n${stores('A', 'B')}\n</match>\n${label('A', drop)}\n${label('B')}`,
    );
    const raw = new LogEvent(1, 0, Shape.of(['n', 'top']), ['{"x":1,"y":2}', '1']);
    await r.emit('t', [raw]);
    await r.emit('t', [{ n: { x: 1, y: 2 }, top: 1 }]);
    expect(r.caught.filter((c) => c.name === 'A').map((c) => c.record)).toEqual([
      { n: { y: 2 }, mine: '1' },
      { n: { y: 2 }, mine: '1' },
    ]);
    expect(r.caught.filter((c) => c.name === 'B').map((c) => c.record)).toEqual([expected, expected]);
  });

  it('a later store runs only where the one before failed, or was passed over', async () => {
    const store = (flags: string, name: string) => `<store ${flags}>\n@type capture\nname ${name}\n</store>`;
    const r = await rig(
      `<match **>\n@type copy\n${store('', 'a')}\n${store('ignore_if_prev_success', 'b')}\n${store('ignore_if_prev_success', 'c')}\n</match>`,
    );
    await r.emit('t', [{}]);
    expect(r.caught.map((c) => c.name)).toEqual(['a', 'c']);
    await expect(rig(`<match **>\n@type copy\n${store('ignore_if_prev_success', 'a')}\n</match>`)).rejects.toThrow(
      /2nd or later/,
    );
  });

  it('roundrobin takes turns by weight', async () => {
    const store = (weight: number, name: string) => `<store>\n@type capture\nname ${name}\nweight ${weight}\n</store>`;
    const r = await rig(`<match **>\n@type roundrobin\n${store(4, 'a')}\n${store(2, 'b')}\n</match>`);
    for (let i = 0; i < 6; i++) await r.emit('t', [{}]);
    expect(r.caught.map((c) => c.name).join('')).toBe('abaaba');
  });
});

describe('detect_exceptions', () => {
  const conf = (params: string) =>
    `<match in.**>\n@type detect_exceptions\nremove_tag_prefix in\n${params}\n</match>\n${end('out')}`;
  async function lines(params: string, texts: readonly string[], field = 'log'): Promise<unknown[]> {
    const r = await rig(conf(params));
    for (const text of texts) await r.emit('in.app', [{ [field]: text }]);
    await r.graph.instances.find((i) => i.type === 'detect_exceptions')!.plugin.beforeStop?.();
    expect(new Set(r.caught.map((c) => c.tag))).toEqual(new Set(['app']));
    return r.caught.map((c) => c.record[field]);
  }
  const traces: Record<string, string[]> = {
    java: [
      'java.lang.RuntimeException: boom',
      '\tat a.B.c(B.java:1)',
      'Caused by: x.Y: z',
      '\tat d.E.f(E.java:2)',
      '\t... 3 more',
    ],
    js: ['TypeError: x is not a function', '    at Object.<anonymous> (a.js:1:1)', '    at eval at <anonymous>'],
    csharp: [
      'System.Exception: no',
      '  at A.B() in C:1',
      '  --- End of inner exception stack trace ---',
      '--- End of stack trace from previous location where exception was thrown ---',
      '  at D.E()',
    ],
    python: [
      'Traceback (most recent call last):',
      '  File "a.py", line 1, in <module>',
      '    raise X()',
      'a.b.X: message',
    ],
    php: ["PHP Fatal error:  Uncaught exception 'E'", 'Stack trace:', '#0 {main}', '  thrown in /a.php on line 1'],
    go: ['panic: oh no', '', 'goroutine 1 [running]:', 'main.main()', '\t/a.go:1 +0x1', 'created by x', '\t/b.go:2'],
    ruby: [' NoMethodError (undefined method):', '  ', "  app/a.rb:1:in `b'", "  app/c.rb:2:in `d'"],
    dart: ['Unhandled exception:', "Instance of 'X'", '#0      main (a.dart:1:2)', '<asynchronous suspension>'],
  };

  it.each(Object.keys(traces))('%s: one record, by its language and by all', async (language) => {
    for (const languages of [language, 'all']) {
      expect(await lines(`languages ${languages}`, ['before', ...traces[language]!, 'after'])).toEqual([
        'before',
        traces[language]!.join(''),
        'after',
      ]);
    }
  });

  it('finds the same traces where every line ends with a line end', async () => {
    for (const trace of Object.values(traces)) {
      const ended = trace.map((line) => `${line}\n`);
      expect(await lines('', ['before\n', ...ended, 'after\n'])).toEqual(['before\n', ended.join(''), 'after\n']);
    }
  });

  it('puts line breaks between, and finds the message field', async () => {
    expect(await lines('languages java\nforce_line_breaks true', traces['java']!, 'message')).toEqual([
      traces['java']!.join('\n'),
    ]);
  });

  it('cuts at max_lines and max_bytes', async () => {
    const many = ['E: Exception: x', ...Array.from({ length: 3 }, (_, i) => `\tat a.b${i}`)];
    expect(await lines('max_lines 2', many)).toEqual([many.slice(0, 2).join(''), many[2], many[3]]);
    expect(await lines('max_bytes 25', many)).toEqual([many.slice(0, 2).join(''), many[2], many[3]]);
  });

  it('keeps streams apart, and a record without message ends a trace without being lost', async () => {
    const r = await rig(conf('stream s\nmessage log'));
    for (const [s, log] of [
      ['o', 'Exception: 1'],
      ['e', 'plain'],
      ['o', '\tat a.b'],
    ])
      await r.emit('in.app', [{ s: s!, log: log! }]);
    await r.emit('in.app', [{ s: 'o', other: 1 }]);
    expect(r.caught.map((c) => c.record)).toEqual([
      { s: 'e', log: 'plain' },
      { s: 'o', log: 'Exception: 1\tat a.b' },
      { s: 'o', other: 1 },
    ]);
  });

  it('gives an unfinished trace after the interval', async () => {
    const clock = new ManualClock();
    const r = await rig(conf('multiline_flush_interval 2'), clock);
    await r.emit('in.app', [{ log: 'Exception: 1' }]);
    clock.advance(1000);
    expect(r.caught).toEqual([]);
    clock.advance(2000);
    await Promise.resolve();
    expect(r.caught.map((c) => c.record)).toEqual([{ log: 'Exception: 1' }]);
  });

  it('refuses an unknown language', async () => {
    await expect(rig(conf('languages cobol'))).rejects.toThrow(/Unknown language: cobol/);
  });
});

describe('secondary_file', () => {
  const conf = (secondary: string, keys = '') =>
    `<match **>\n@type file\npath /nonexistent/x\n<buffer ${keys}>\n@type memory\n</buffer>\n<secondary>\n@type secondary_file\n${secondary}\n</secondary>\n</match>`;
  it.each([
    ['<match **>\n@type secondary_file\ndirectory /tmp\n</match>', /only be used in the <secondary> section/],
    [conf('directory /tmp\nbasename a/b', '[]'), /should not include `\/`/],
    [conf('directory /tmp/${tag}', '[]'), /incompatible placeholder/],
    [conf('directory /tmp\nbasename d.%Y', '[]'), /incompatible placeholder/],
    [conf('directory /tmp\nbasename d.${key}', '[]'), /incompatible placeholder/],
  ])('refuses %j', async (text, message) => {
    await expect(rig(text)).rejects.toThrow(message);
  });
});
