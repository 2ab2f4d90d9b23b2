import { describe, expect, it } from 'vitest';
import { LogEvent } from '../pipeline/core/event.ts';
import { deepFreeze, type Hash } from '../pipeline/core/value.ts';
import { RubyError } from './objects.ts';
import { compileRuby } from './program.ts';

const run = (code: string, record: Hash = {}) =>
  compileRuby(code, ['record', 'tag']).run(LogEvent.from(0, 0, deepFreeze(record)), { tag: 'a.b' });

describe('what cannot be compiled is an error at start with its place', () => {
  it.each([
    ['record["x"].frobnicate(1)', "method 'frobnicate' is not supported in configurations (column 13 of"],
    ['a = 1\na.frob', "method 'frob' is not supported in configurations (line 2, column 3 of"],
    ['JSON.frob("x")', "method 'frob' of JSON is not supported in configurations (column 6 of"],
    ['"é#{record["x"].frob}"', 'column 17 of'],
    ['case 1; in Integer then 1; end', 'CaseMatch is not supported in configurations (column 1 of'],
    ['`ls`', 'XString is not supported'],
    ['record["x"', 'syntax error in Ruby'],
    ['/(a/', 'syntax error in Ruby'],
    ['record["x"] =~ /[z-a]/', 'invalid regexp'],
    ['class A; end', 'Class is not supported'],
    ['->(a:) { a }', 'a keyword or block parameter is not supported'],
  ])('%s', (code, message) => {
    expect(() => compileRuby(code, ['record'])).toThrow(message);
  });
});

describe('what is wrong with a record is an error of the run', () => {
  it.each([
    ['record["x"]["y"]', 'NoMethodError', "undefined method `[]' for nil:NilClass"],
    ['record["x"] + 1', 'NoMethodError', "undefined method `+' for nil:NilClass"],
    ['nothing["x"]', 'NameError', "undefined local variable or method `nothing'"],
    ['Nothing.new', 'NameError', 'uninitialized constant Nothing'],
    ['Integer("x")', 'ArgumentError', 'invalid value for Integer(): "x"'],
    ['1 / 0', 'ZeroDivisionError', 'divided by 0'],
    ['{}.fetch("a")', 'KeyError', 'key not found: "a"'],
    ['"a" + 1', 'TypeError', 'no implicit conversion of Integer into String'],
    ['while true do end', 'RuntimeError', 'loop takes too long'],
    ['break', undefined, ''],
  ])('%s', (code, className, message) => {
    if (className === undefined) return void expect(() => run(code)).toThrow();
    try {
      run(code);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(RubyError);
      expect(error).toMatchObject({ className, message });
    }
  });
});

it('a program leaves the record as it is, but what it does to a hash or text in it is seen by the next', () => {
  const event = LogEvent.from(0, 0, deepFreeze({ k: { a: 1, b: [1] }, s: 'x', n: 1 }));
  const of = (code: string) => compileRuby(code, ['record']).run(event, {});
  expect(of('record["n"] = 2; record.delete("s"); record["n"]')).toBe(2);
  expect(event.toJson()).toBe('{"k":{"a":1,"b":[1]},"s":"x","n":1}');
  expect(of('record["k"].delete("a"); record["k"]["b"] << 2; record["k"]')).toEqual({ b: [1, 2] });
  expect(of('record["s"] << "y"')).toBe('xy');
  expect(event.toJson()).toBe('{"k":{"b":[1,2]},"s":"xy","n":1}');
});

it('blocks have scopes of their own and see the ones they were written in, whenever they run', () => {
  expect(run('x = 1; add = ->(y) { x += y }; [10, 20].each { |x| x }; add.(5); add.(6); x')).toBe(12);
  expect(run('f = [1, 2, 3].map { |i| -> { i * 10 } }; f.map(&:call)')).toEqual([10, 20, 30]);
  expect(run('x = 0; count = -> { x += 1 }; count.call; count.call; x')).toBe(2);
});

it('runs do not see each other’s variables or matches', () => {
  const program = compileRuby('x ||= tag; record["s"] =~ /b/; [x, $~.nil?]', ['record', 'tag']);
  const event = (s: string) => LogEvent.from(0, 0, { s });
  expect(program.run(event('abc'), { tag: 'one' })).toEqual(['one', false]);
  expect(program.run(event('x'), { tag: 'two' })).toEqual(['two', true]);
});

it('a program tells which fields it reads, and whether two runs may differ', () => {
  const deps = (code: string) => compileRuby(code, ['record', 'tag']).deps;
  expect(deps('record["a"].to_s + record["b"]["c"] + tag')).toEqual({
    recordKeys: ['a', 'b'],
    variables: ['tag'],
    pure: true,
  });
  expect(deps('record.to_json')).toMatchObject({ recordKeys: 'all', pure: true });
  expect(deps('Time.now.to_i')).toMatchObject({ recordKeys: [], pure: false });
  expect(deps('record["a"].delete("x")')).toMatchObject({ recordKeys: 'all', pure: false });
});
