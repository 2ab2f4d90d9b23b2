import { describe, expect, it } from 'vitest';
import type { Element } from './element.ts';
import { parseConfig } from './parse.ts';
import { Problems, problemText } from './problems.ts';
import { USE_DEFAULT } from './scanner.ts';

function read(text: string, files: Record<string, string> = {}) {
  const problems = new Problems();
  const root = parseConfig(text, '/etc/fluent.conf', {
    problems,
    embed: (ruby) => (ruby === 'use_default' ? USE_DEFAULT : `<${ruby}>`),
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

  it('finds the end of embedded Ruby behind braces and quotes', () => {
    expect(values(read(`a "#{ENV['}'] || {x: "}"}}"`).root)).toEqual({ a: `<ENV['}'] || {x: "}"}>` });
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
});
