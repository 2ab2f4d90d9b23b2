import { describe, expect, it } from 'vitest';
import { dumpElement } from './dump.ts';
import { Problems, problemText } from './problems.ts';
import { USE_DEFAULT, USE_NIL } from './scanner.ts';
import { parseYamlConfig } from './yaml.ts';

/** Ruby that only knows three texts. */
const RUBY: Readonly<Record<string, string | typeof USE_NIL | typeof USE_DEFAULT>> = {
  '"#{use_nil}"': USE_NIL,
  '"#{use_default}"': USE_DEFAULT,
  '"x-#{ENV["A"]}"': 'x-alpha',
};

function read(text: string, files: Record<string, string> = {}) {
  const problems = new Problems();
  const root = parseYamlConfig(text, '/etc/fluent.yaml', {
    problems,
    embed: (ruby) => {
      const value = RUBY[ruby];
      if (value === undefined) throw new Error(`undefined in ${ruby}`);
      return value;
    },
    files: {
      read: (file) => files[file]!,
      glob: (pattern) => Object.keys(files).filter((file) => file === pattern || pattern.endsWith('*.yaml')),
    },
  });
  return { root, text: dumpElement(root), problems: problems.list.map(problemText) };
}

describe('YAML configuration', () => {
  it('gives the elements that v1 syntax gives', () => {
    const { text, problems } = read(`
system:
  log_level: info
  log: {format: json}
config:
  - source:
      $type: tail
      $id: in
      $label: '@A'
      $log_level: warn
      path: /var/log/*.log
      read_from_head: yes
      parse:
        $type: json
  - label:
      $name: '@A'
      config:
        - filter:
            $tag: [a.**, b.*]
            $type: grep
            regexp:
              - {key: x, pattern: /a/}
              - {key: y, pattern: b}
        - match:
            $tag: '**'
            $type: copy
            store:
              - $type: stdout
              - $type: file
                buffer:
                  $arg: [tag, time]
                  timekey: 1d
  - worker:
      $arg: 0
      config:
        - source: {$type: dummy}
`);
    expect(problems).toEqual([]);
    expect(text).toBe(`<system>
  log_level info
  <log>
    format json
  </log>
</system>
<source>
  @type tail
  @id in
  @label @A
  @log_level warn
  path /var/log/*.log
  read_from_head true
  <parse>
    @type json
  </parse>
</source>
<label @A>
  <filter a.** b.*>
    @type grep
    <regexp>
      key x
      pattern /a/
    </regexp>
    <regexp>
      key y
      pattern b
    </regexp>
  </filter>
  <match **>
    @type copy
    <store>
      @type stdout
    </store>
    <store>
      @type file
      <buffer tag,time>
        timekey 1d
      </buffer>
    </store>
  </match>
</label>
<worker 0>
  <source>
    @type dummy
  </source>
</worker>
`);
  });

  it('writes scalars as Ruby would', () => {
    const { text } = read(`
config:
  - match:
      octal: 0644
      quoted: '0644'
      long: 1_000
      float: 1.50
      no: off
      date: 2024-01-02
      words: two words
      list: [a, 1, true]
      empty: ""
      nothing:
`);
    expect(text).toBe(`<match>
  octal 420
  quoted 0644
  long 1000
  float 1.50
  false false
  date 2024-01-02
  words two words
  list ["a",1,true]
  empty ""
  nothing "#{use_nil}"
</match>
`);
  });

  it('keeps numbers, booleans and null beside their texts', () => {
    const { root } = read(`
config:
  - filter:
      record:
        i: -5
        f: 2.0
        e: 1e3
        b: off
        y: y
        n: null
        big: 12345678901234567890
        q: "5"
        o: 0644
`);
    const record = root.children[0]!.children[0]!.params;
    expect([...record].map(([key, { literal }]) => [key, literal])).toEqual([
      ['i', -5],
      ['f', 2],
      ['e', undefined],
      ['b', false],
      ['y', undefined],
      ['n', null],
      ['big', 12345678901234567890n],
      ['q', undefined],
      ['o', 420],
    ]);
  });

  it('evaluates tagged text and writes tagged values as JSON', () => {
    const { text, problems } = read(`
config:
  - filter:
      a: !fluent/s 'x-#{ENV["A"]}'
      b: 'x-#{ENV["A"]}'
      c: !fluent/json {k: [1, !fluent/s 'x-#{ENV["A"]}']}
      d: !fluent/s '#{use_default}'
      e: !fluent/s '#{use_nil}'
      f: !fluent/s '#{wrong}'
`);
    expect(text).toBe(
      `<filter>
  a x-alpha
  b "x-\\#{ENV[\\"A\\"]}"
  c {"k":[1,"x-alpha"]}
  d "#{use_default}"
  e "#{use_nil}"
  f ""
</filter>
`.replace('b "x-\\#{ENV[\\"A\\"]}"', 'b x-#{ENV["A"]}'),
    );
    expect(problems).toEqual(['/etc/fluent.yaml:9: undefined in "#{wrong}"']);
  });

  it('includes lists of sections, also from included files, and ignores missing ones', () => {
    const files = {
      '/etc/d/1.yaml': '- source: {$type: a}\n- !include ../e.yaml\n',
      '/etc/d/2.yaml': '- match: {$type: c}\n',
      '/etc/e.yaml': '- filter: {$type: b}\n',
      '/etc/own.yaml': '- !include own.yaml\n',
    };
    const included = (pattern: string) => read(`config:\n  - !include ${pattern}\n`, files);
    expect(included('d/1.yaml').root.children.map((child) => [child.name, child.file, child.line])).toEqual([
      ['source', '/etc/d/1.yaml', 1],
      ['filter', '/etc/e.yaml', 1],
    ]);
    expect(included('nothere.yaml').root.children).toEqual([]);
    expect(included('own.yaml').problems).toEqual(['/etc/own.yaml:1: include error own.yaml - nested too deep']);
  });

  it('resolves anchors and merges', () => {
    const { root } = read(`
config:
  - source: &base {$type: a, tag: x}
  - source:
      <<: *base
      tag: y
  - source: *base
`);
    expect(root.children.map((child) => [child.text('@type'), child.text('tag')])).toEqual([
      ['a', 'x'],
      ['a', 'y'],
      ['a', 'x'],
    ]);
  });

  it('keeps the line of every key and reports all mistakes with theirs', () => {
    const { root, problems } = read(
      'config:\n  - source:\n      $type: tail\n      path: x\n  - sauce: {}\n  - match: text\nother: 1\n',
    );
    expect([root.children[0]!.line, root.children[0]!.params.get('path')!.line]).toEqual([2, 4]);
    expect(problems).toEqual([
      "/etc/fluent.yaml:5: 'sauce' is not used: no section of this name can stand here",
      "/etc/fluent.yaml:6: 'match' must be a mapping",
      "/etc/fluent.yaml:7: 'other' is not used: a configuration has 'system' and 'config'",
    ]);
    expect(read('config: [\n').problems[0]).toMatch(/^\/etc\/fluent\.yaml:\d: YAML: /);
    expect(read('config: text\n').problems).toEqual(["/etc/fluent.yaml:1: 'config' must be a list of sections"]);
  });
});
