import { describe, expect, it } from 'vitest';
import { LogEvent } from '../../core/event.ts';
import type { Hash } from '../../core/value.ts';
import { compileDynamic } from './dynamic.ts';

function name(text: string, record: Hash, params: Record<string, unknown> = {}): string {
  const dynamic = compileDynamic(text, { delimiter: '.', params })('kube.web');
  return typeof dynamic === 'string' ? dynamic : dynamic(LogEvent.from(1_700_000_000, 0, record));
}

describe('parameters of elasticsearch_dynamic', () => {
  it.each([
    ['plain', 'plain'],
    ['${tag_parts[1]}', 'web'],
    ['a-${record["k"]["n"]}-${tag}', 'a-x-kube.web'],
    ['${tag_parts[0] + "-" + Time.at(time).getlocal("+05:30").strftime(@logstash_dateformat)}', 'kube-2023.11.15'],
  ])('%s is %s', (text, expected) => {
    expect(name(text, { k: { n: 'x' } }, { logstash_dateformat: '%Y.%m.%d' })).toBe(expected);
  });

  it('refuses a record whose expression gives no text', () => {
    expect(() => name('${record["n"]}', { n: 5 })).toThrow('no implicit conversion of 5 into String');
    expect(() => name('${record["no"]}', {})).toThrow('no implicit conversion of nil into String');
  });

  it('names what is no Ruby when it is compiled', () => {
    expect(() => name('${record[}', {})).toThrow('${record[}: syntax error in Ruby');
  });
});
