import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Element } from './element.ts';
import { parseConfig } from './parse.ts';
import { Problems, problemText } from './problems.ts';
import { USE_DEFAULT, USE_NIL } from './scanner.ts';

function read(text: string, files: Record<string, string> = {}) {
  const problems = new Problems();
  const root = parseConfig(text, '/etc/fluent.conf', {
    problems,
    embed: (ruby) => {
      if (ruby === 'fail') throw new Error('undefined: fail');
      if (ruby === 'use_nil') return USE_NIL;
      return ruby === 'use_default' ? USE_DEFAULT : `<${ruby}>`;
    },
    files: {
      read: (file) => files[file]!,
      glob: (pattern) =>
        Object.keys(files)
          .filter((file) => file === pattern || pattern.endsWith('*.conf'))
          .sort(),
    },
  });
  return { root, problems: problems.list.map(problemText) };
}

const values = (element: Element) =>
  Object.fromEntries([...element.params].map(([name, param]) => [name, param.value]));

describe('v1 syntax', () => {
  it('keeps arguments, parameters, nested sections and their lines', () => {
    const { root, problems } = read(
      '# head\n<match a.** b> # why\n  @type null\n  <buffer tag, time>\n    path x y # tail\n  </buffer>\n</match>\n',
    );
    expect(problems).toEqual([]);
    const match = root.children[0]!;
    expect([match.name, match.arg, match.line]).toEqual(['match', 'a.** b', 2]);
    expect(values(match)).toEqual({ '@type': 'null' });
    expect([match.children[0]!.arg, values(match.children[0]!), match.children[0]!.params.get('path')!.line]).toEqual([
      'tag, time',
      { path: 'x y' },
      5,
    ]);
  });

  it('reads each kind of quoting by its own rules', () => {
    const { root, problems } = read(
      `a x#{1}\nb "x#{1}"\nc 'it\\'s \\d #{1}'\nd "l1\n  l2\\t\\$"\ne ["a",\n "#{1}"]\nf {"k":1}\ng\nh "a\\"b" # c\ni a#b\nj\r\nl # no comment here\nk "#{use_default}"\n`,
    );
    expect(problems).toEqual([]);
    expect(values(root)).toEqual({
      a: 'x#{1}',
      b: 'x<1>',
      c: "it's \\d #{1}",
      d: 'l1\n  l2\t$',
      e: '["a","#{1}"]',
      f: '{"k":1}',
      g: '',
      h: 'a"b',
      i: 'a#b',
      j: '',
      l: '# no comment here',
      k: '',
    });
    expect(root.params.get('k')!.marker).toBe('default');
  });

  it.each([
    `ENV['}'] || {x: "}"}`,
    `ENV["A"] || "b#{c}d"`,
    `ENV['A'].gsub(/"/, '')`,
    `[1, 2].map { |x|
  x }.join`,
    '',
  ])('finds the end of embedded Ruby behind braces and quotes: %j', (ruby) => {
    expect(values(read(`a "x#{${ruby}}y"\nb 1`).root)).toEqual({ a: `x<${ruby}>y`, b: '1' });
  });

  it('reports every wrong line with its place and reads the rest', () => {
    const { root, problems } = read(
      '<source>\n  a "x\\d"\n  b [1,\n  c ok\n</wrong>\n</source>\nd {x\n<match>\n  e f\n',
    );
    expect(problems).toEqual([
      "/etc/fluent.conf:2: unexpected back-slash escape character 'd'",
      '/etc/fluent.conf:3: got incomplete JSON array configuration',
      '/etc/fluent.conf:5: expected </source> but found </wrong>',
      '/etc/fluent.conf:7: got incomplete JSON hash configuration',
      '/etc/fluent.conf:8: expected </match> for <match>, but the file ends',
    ]);
    expect(values(root.children[0]!)).toEqual({ c: 'ok' });
  });

  it('includes files in order inside and outside of sections and ignores a missing plain one', () => {
    const files = { '/etc/d/b.conf': 'y 2\n', '/etc/d/a.conf': 'x 1\n' };
    const { root, problems } = read('<record>\n  @include d/*.conf\n</record>\ninclude nothere.conf\n', files);
    expect(values(root.children[0]!)).toEqual({ x: '1', y: '2' });
    expect(problems).toEqual(["/etc/fluent.conf:4: 'include' is deprecated. Use '@include' instead"]);
  });

  it.each([
    ['a "x\\n\\/\\.\\$\\0"', 'x\n/.$\0'],
    ['a "one \\\n two"', 'one  two'],
    ['a "one\n\n  two" # tail', 'one\n\n  two'],
    ["a 'x\\'\\\\\\n' # tail", "x'\\\\n"],
    ['a b#c #d', 'b#c'],
    ['a b\t# c', 'b'],
    ['a #b #c', '#b'],
    ['a x[1] "y" {z}', 'x[1] "y" {z}'],
    ['a  two  words  \r\n', 'two  words'],
    ['a b\\', 'b\\'],
    ['"a" b', 'b'],
    ['a {"k": "#{x}", # why\n  "l": 1.0 }', '{"k":"#{x}","l":1.0}'],
    ['a "#{use_default}#{use_nil}"', ''],
  ])('%j has the value %j', (line, value) => {
    const { root, problems } = read(`${line}\nz 1\n`);
    expect([values(root), problems]).toEqual([{ a: value, z: '1' }, []]);
  });

  it('lets nil win over the default where both stand in one value', () => {
    expect(read('a "#{use_default}#{use_nil}"\n').root.params.get('a')!.marker).toBe('nil');
  });

  it.each([
    ["a 'x\n'", 1, 'unexpected end of line in a single quoted string'],
    ['a "\\', 1, 'unexpected end of file in a double quoted string'],
    ['\na "x', 2, 'unexpected end of file in a double quoted string'],
    ['a "x" y', 1, 'expected end of line after "…"'],
    ['a [1] y', 1, 'expected end of line after JSON array'],
    ['a [1,]', 1, 'got incomplete JSON array configuration'],
    ['<a>\n</a> b', 2, 'expected end of line after end tag'],
    ['</a>', 1, 'unmatched end tag </a>'],
    ['<a', 1, "expected '>' at the end of the section's head"],
    ['<>\n</>', 1, 'expected the name of a section after <'],
    ['a "#{x"', 1, 'unterminated #{…}'],
    ['a "#{fail}"', 1, 'undefined: fail'],
    ['@include https://x/y', 1, 'include error https://x/y - only files can be included'],
    [
      '<match>\n@foo 1\n</match>',
      2,
      "'@' is the system reserved prefix. Don't use '@' prefix parameter in the configuration: @foo",
    ],
  ])('%j is told at its line', (text, line, message) => {
    expect(read(text).problems[0]).toBe(`/etc/fluent.conf:${line}: ${message}`);
  });

  it('allows @ names in nested sections, and include as a name there', () => {
    const { root, problems } = read('<filter>\n<record>\n@timestamp x\ninclude y\n</record>\n</filter>\n');
    expect([values(root.children[0]!.children[0]!), problems]).toEqual([{ '@timestamp': 'x', include: 'y' }, []]);
  });

  it('takes the last of two equal keys', () => {
    expect(values(read('a 1\nb 2\na 3\n').root)).toEqual({ a: '3', b: '2' });
  });

  it.each(['<m  a.** b >', '<m "a.** b">', "<m 'a.** b'> # c", '<m a.** b>\r'])(
    '%j has its argument trimmed',
    (head) => {
      expect(read(`${head}\n</m>\n`).root.children[0]!.arg).toBe('a.** b');
    },
  );

  it('resolves includes from the including file, with spaces and file: URLs', () => {
    const files = { '/etc/a/1.conf': '@include ../b%20c.conf\n', '/etc/b c.conf': 'x 1\n', '/y.conf': 'y 2\n' };
    expect(values(read('@include a/1.conf\n@include file:///y.conf\n', files).root)).toEqual({ x: '1', y: '2' });
    expect(read('@include own.conf', { '/etc/own.conf': '@include own.conf' }).problems).toEqual([
      '/etc/own.conf:1: include error own.conf - nested too deep',
    ]);
  });

  it('reads any text to its end, telling problems only at lines it has', () => {
    const text = fc.string({ unit: fc.constantFrom(...'<>/#{}[]"\'\\ \n\r\tab1@=,:') });
    fc.assert(
      fc.property(text, (any) => {
        const problems = new Problems();
        parseConfig(any, 'f', { problems, embed: () => 'x', files: { read: () => '', glob: () => [] } });
        const lines = any.split('\n').length;
        for (const { line } of problems.list) expect(line >= 1 && line <= lines).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
