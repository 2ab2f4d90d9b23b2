/**
 * Random expressions on random records, from a grammar that knows what gives a string, a number, a list or a hash, so that most
 * programs mean something; a seed gives the same pairs for ever.
 */
import { stringifyJson, type Value } from '../../src/pipeline/core/value.ts';
import type { Oracle } from './oracle.ts';
import { runOurs } from './ours.ts';

/** mulberry32: small and the same everywhere. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

type Kind = 'string' | 'number' | 'list' | 'hash' | 'bool' | 'any';

class Grammar {
  readonly #random: () => number;
  constructor(random: () => number) {
    this.#random = random;
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)]!;
  }
  int(max: number): number {
    return Math.floor(this.#random() * max);
  }

  expression(kind: Kind, depth: number): string {
    if (depth <= 0) return this.#leaf(kind);
    const d = depth - 1;
    if (this.#random() < 0.15) return this.#control(kind, d);
    switch (kind) {
      case 'string':
        return this.#string(d);
      case 'number':
        return this.#number(d);
      case 'list':
        return this.#list(d);
      case 'hash':
        return this.#hash(d);
      case 'bool':
        return this.#bool(d);
      default:
        return this.expression(this.pick(['string', 'number', 'list', 'hash', 'bool'] as const), depth);
    }
  }

  #leaf(kind: Kind): string {
    switch (kind) {
      case 'string':
        return this.pick([
          'record["s"]',
          'record["t"]',
          '"abc"',
          '"a,b;c"',
          '""',
          '"x y"',
          'tag',
          'record["maybe"].to_s',
        ]);
      case 'number':
        return this.pick(['record["n"]', 'record["f"]', '3', '-2', '0', '1.5', '10', 'record["s"].length']);
      case 'list':
        return this.pick(['record["list"]', 'record["words"]', '[1, 2, 3]', '[]', 'record["s"].chars', 'tag_parts']);
      case 'hash':
        return this.pick(['record["hash"]', '{"a" => 1}', '{}', 'record["hash"].dup']);
      case 'bool':
        return this.pick(['true', 'false', 'nil', 'record["b"]', 'record["maybe"]']);
      default:
        return this.pick(['record["maybe"]', 'nil', 'record["s"]', 'record["n"]']);
    }
  }

  #control(kind: Kind, d: number): string {
    const e = (k: Kind = kind) => this.expression(k, d);
    switch (this.int(7)) {
      case 0:
        return `(${e('bool')} ? ${e()} : ${e()})`;
      case 1:
        return `(${e('any')} || ${e()})`;
      case 2:
        return `(${e('bool')} && ${e()})`;
      case 3:
        return `(${e('any')}.${this.pick(['upcase', 'keys', 'abs', 'first'])} rescue ${e()})`;
      case 4:
        return `(x = ${e()}; x)`;
      case 5:
        return `(case ${e('any')} when ${this.pick(['String', 'Integer', 'nil', '/a/', '1..5', '"abc"'])} then ${e()} else ${e()} end)`;
      default:
        return `(if ${e('bool')} then ${e()} end)`;
    }
  }

  #string(d: number): string {
    const s = () => this.expression('string', d);
    const n = this.int(6) - 2;
    const regexp = this.pick([
      '/[a-c]+/',
      '/\\d+/',
      '/(\\w)(\\w)/',
      '/\\s*,\\s*/',
      '/b/',
      '/^a/',
      '/.$/',
      '/[^a-z]/i',
      '/\\b\\w/',
    ]);
    return this.pick([
      () =>
        `${s()}.${this.pick(['upcase', 'downcase', 'capitalize', 'swapcase', 'strip', 'reverse', 'chomp', 'chop', 'squeeze', 'succ', 'to_s', 'inspect', 'lstrip', 'rstrip'])}`,
      () => `(${s()} + ${s()})`,
      () => `"#{${this.expression('any', d)}}-#{${s()}}"`,
      () => `${s()}[${n}..${this.int(5) - 1}].to_s`,
      () => `${s()}[${n}, ${this.int(4)}].to_s`,
      () => `${s()}[${regexp}].to_s`,
      () => `${s()}.gsub(${regexp}, ${this.pick(['"-"', '""', "'<\\0>'", "'\\2\\1'"])})`,
      () => `${s()}.gsub(${regexp}) { |m| m.${this.pick(['upcase', 'length.to_s', 'reverse'])} }`,
      () => `${s()}.sub(${this.pick(['"a"', '"."', regexp])}, ${this.pick(['"z"', '"\\\\0\\\\0"'])})`,
      () =>
        `${s()}.tr(${this.pick(['"a-c"', '"^a-z"', '"abc"', '"a-z"'])}, ${this.pick(['"x"', '"A-Z"', '""', '"123"'])})`,
      () => `${s()}.delete(${this.pick(['"a"', '"a-c"', '"^a-z"', '" "'])})`,
      () => `(${s()} * ${this.int(3)})`,
      () => `${s()}.${this.pick(['ljust', 'rjust', 'center'])}(${this.int(12)}, ${this.pick(['"."', '"ab"', '" "'])})`,
      () => `${this.expression('list', d)}.join(${this.pick(['","', '""', '"--"'])})`,
      () =>
        `format(${this.pick(['"%05d"', '"%x"', '"%.2f"', '"%+d"', '"%e"', '"%8.3f|"'])}, ${this.expression('number', d)})`,
      () => `format(${this.pick(['"%s"', '"%-6s|"', '"%6s|"', '"%.2s"', '"%p"'])}, ${this.expression('any', d)})`,
      () => `${this.expression('any', d)}.${this.pick(['to_s', 'inspect'])}`,
      () => `${s()}.partition(${this.pick(['"b"', '" "', regexp])})[${this.int(3)}]`,
      () =>
        `${s()}.${this.pick(['delete_prefix("a")', 'delete_suffix("c")', 'dup.insert(0, "q")', 'slice(0, 2).to_s', 'chr', 'dup << "!"', 'byteslice(0, 2)'])}`,
    ])();
  }

  #number(d: number): string {
    const n = () => this.expression('number', d);
    return this.pick([
      () => `(${n()} ${this.pick(['+', '-', '*'])} ${n()})`,
      () => `(${n()} ${this.pick(['/', '%'])} ${this.pick(['2', '3', '-4', '2.5'])})`,
      () =>
        `${n()}.${this.pick(['abs', 'floor', 'ceil', 'round', 'to_i', 'to_f', 'truncate', 'round(1)', 'floor(1)', '-@', 'succ', 'pred'])}`,
      () =>
        `${this.expression('string', d)}.${this.pick(['length', 'to_i', 'to_f', 'count("a-z")', 'bytesize', 'hex', 'ord', 'index("b").to_i', 'sum'])}`,
      () =>
        `${this.expression('list', d)}.${this.pick(['count', 'length', 'sum', 'index("a").to_i', 'count { |x| x }'])}`,
      () => `${this.expression('hash', d)}.length`,
      () => `(${n()} <=> ${n()})`,
      () => `${n()}.clamp(-5, 5)`,
      () => `${n()}.divmod(3).sum`,
      () => `(${n()} ** 2)`,
      () => `Integer(${this.expression('string', d)}, exception: false)`,
    ])();
  }

  #list(d: number): string {
    const l = () => this.expression('list', d);
    return this.pick([
      () =>
        `${l()}.${this.pick(['reverse', 'uniq', 'compact', 'flatten', 'to_a', 'sort_by(&:to_s)', 'map(&:to_s)', 'first(2)', 'last(2)', 'each_slice(2).to_a', 'each_cons(2).to_a', 'rotate', 'each_with_index.to_a', 'take(2)', 'drop(1)'])}`,
      () => `${l()}.map { |x| ${this.pick(['x.to_s', '[x]', 'x.to_s.length', 'x', 'x.nil?', '"#{x}!"'])} }`,
      () =>
        `${l()}.${this.pick(['select', 'reject', 'take_while', 'drop_while', 'filter_map'])} { |x| ${this.pick(['x', 'x.to_s > "b"', 'x.is_a?(String)', 'x.to_s.length > 1'])} }`,
      () => `(${l()} ${this.pick(['+', '-', '&', '|'])} ${l()})`,
      () => `${l()}[${this.int(5) - 2}..${this.int(5) - 2}].to_a`,
      () =>
        `${this.expression('string', d)}.split(${this.pick(['","', '""', '" "', '/[,;]/', '/(b)/', '"a", 2', '",", -1', '/\\s+/'])})`,
      () => `${this.expression('string', d)}.scan(${this.pick(['/[a-z]/', '/(\\w)(\\w)/', '/\\d+/', '/b|c/'])})`,
      () =>
        `${this.expression('string', d)}.${this.pick(['chars', 'bytes', 'lines', 'codepoints', 'partition("b")', 'rpartition("b")'])}`,
      () =>
        `${this.expression('hash', d)}.${this.pick(['keys', 'values', 'to_a', 'map { |k, v| v }', 'map { |k, v| "#{k}=#{v}" }', 'sort_by { |k, v| k.to_s }', 'flat_map { |k, v| [k, v] }', 'find_all { |k, v| v }'])}`,
      () => `${l()}.partition { |x| x.to_s > "b" }`,
      () => `${l()}.each_with_object([]) { |x, acc| acc << x << 1 }`,
      () => `${l()}.zip(${l()})`,
      () => `(${l()} * 2)`,
      () => `[${this.expression('any', d)}, *${l()}]`,
      () => `${l()}.values_at(0, -1, 5)`,
    ])();
  }

  #hash(d: number): string {
    const h = () => this.expression('hash', d);
    return this.pick([
      () => `${h()}.merge(${h()})`,
      () => `${h()}.merge(${h()}) { |k, a, b| [a, b] }`,
      () =>
        `${h()}.${this.pick(['select', 'reject'])} { |k, v| ${this.pick(['v', 'k.to_s > "a"', 'v.nil?', 'v.is_a?(Integer)'])} }`,
      () => `${h()}.transform_values { |v| ${this.pick(['v.to_s', '[v]', 'v'])} }`,
      () => `${h()}.transform_keys { |k| ${this.pick(['k.to_s.upcase', 'k', '"p_#{k}"'])} }`,
      () =>
        `${h()}.${this.pick(['compact', 'invert', 'dup', 'slice("a", "b")', 'except("a")', 'sort_by { |k, v| k.to_s }.to_h', 'to_a.to_h'])}`,
      () => `{"k" => ${this.expression('any', d)}, "s" => ${this.expression('string', d)}}`,
      () => `${this.expression('list', d)}.map { |x| [x.to_s, x] }.to_h`,
      () => `${this.expression('list', d)}.each_with_object({}) { |x, h| h["k#{x}"] = x }`,
      () => `${this.expression('list', d)}.group_by { |x| x.class.to_s }`,
      () => `${this.expression('list', d)}.map(&:to_s).tally`,
      () => `(y = ${h()}.dup; y["new"] = ${this.expression('any', d)}; y)`,
      () => `(y = ${h()}.dup; y.delete("a"); y)`,
      () => `{**${h()}, "z" => 1}`,
    ])();
  }

  #bool(d: number): string {
    const a = () => this.expression('any', d);
    return this.pick([
      () => `(${a()} == ${a()})`,
      () => `${a()}.nil?`,
      () => `(!${a()})`,
      () => `(${this.expression('string', d)} =~ /b/)`,
      () =>
        `${this.expression('string', d)}.${this.pick(['include?("b")', 'start_with?("a")', 'end_with?("c")', 'empty?', 'match?(/[a-c]\\d?/)', 'ascii_only?', 'match(/b/)', 'between?("a", "m")'])}`,
      () => `(${this.expression('number', d)} ${this.pick(['<', '>', '<=', '>='])} ${this.expression('number', d)})`,
      () =>
        `${this.expression('list', d)}.${this.pick(['empty?', 'any?', 'all?', 'include?("a")', 'none? { |x| x.nil? }', 'any?(String)'])}`,
      () =>
        `${this.expression('hash', d)}.${this.pick(['empty?', 'key?("a")', 'any? { |k, v| v.nil? }', 'value?(1)', 'all? { |k, v| k }'])}`,
      () => `${a()}.is_a?(${this.pick(['String', 'Integer', 'Hash', 'Array', 'Numeric'])})`,
      () => `${this.expression('number', d)}.${this.pick(['zero?', 'positive?', 'between?(0, 5)'])}`,
    ])();
  }

  value(depth: number): Value {
    const words = [
      'a',
      'b',
      'abc',
      'x y',
      'A,b;C',
      '12',
      '-7.5',
      '',
      'é',
      'Straße',
      '😀',
      'line\n',
      '  pad ',
      'a.b.c',
      'k=v',
    ];
    const kinds = depth > 0 ? 8 : 6;
    switch (this.int(kinds)) {
      case 0:
      case 1:
        return this.pick(words);
      case 2:
        return this.int(200) - 100;
      case 3:
        return this.pick([0.5, -1.25, 2.75, 100.125]);
      case 4:
        return this.pick([true, false]);
      case 5:
        return null;
      case 6:
        return Array.from({ length: this.int(4) }, () => this.value(depth - 1));
      default:
        return Object.fromEntries(
          Array.from({ length: this.int(4) }, () => [this.pick(['a', 'b', 'c', 'd', 'K']), this.value(depth - 1)]),
        );
    }
  }

  record(): Record<string, Value> {
    const text = () =>
      this.pick([
        'abc',
        'Hello World',
        'a,b,c',
        'key=val; k2=v2',
        'ünïcödé 😀',
        '',
        '  x  ',
        'a1b22c333',
        'line one\nline two\n',
        'ABC-def_ghi.jkl',
      ]);
    return {
      s: text(),
      t: text(),
      n: this.pick([0, 1, 7, -3, 42, 1000, 99999]),
      f: this.pick([0.5, -1.25, 2.75, 3.999, 100.125]),
      b: this.pick([true, false]),
      list: Array.from({ length: this.int(5) }, () => this.value(1)),
      words: Array.from({ length: this.int(5) }, () => this.pick(['a', 'b', 'abc', 'a', 'z', ''])),
      hash: Object.fromEntries(
        Array.from({ length: this.int(4) }, () => [this.pick(['a', 'b', 'c', 'd']), this.value(1)]),
      ),
      maybe: this.value(1),
    };
  }
}

export interface Difference {
  readonly code: string;
  readonly record: string;
  readonly ours: string;
  readonly theirs: string;
}

/** What differs in the pairs of a seed. */
export function fuzzDifferences(oracle: Oracle, seed: number, pairs: number): Difference[] {
  const grammar = new Grammar(randomOf(seed));
  const cases = Array.from({ length: pairs }, () => ({
    code: grammar.expression('any', 1 + grammar.int(4)),
    records: [stringifyJson(grammar.record())],
  }));
  const theirs = oracle.run(cases);
  return cases.flatMap((c, i) => {
    const [ours, answer] = [runOurs(c)[0]!, theirs[i]![0]!];
    if (ours[0] === answer[0] && ours[1] === answer[1]) return [];
    return [{ code: c.code, record: c.records[0]!, ours: ours.join(' '), theirs: answer.join(' ') }];
  });
}
