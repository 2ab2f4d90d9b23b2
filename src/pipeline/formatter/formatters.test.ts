import { describe, expect, it } from 'vitest';
import { formatterOf } from '../../../test/plugins/rig.ts';
import { Float } from '../core/value.ts';

describe('csv', () => {
  it('quotes everything by default and doubles quotes', async () => {
    const format = await formatterOf('@type csv\nfields a,b,c');
    expect(format({ a: 1, b: 'x "y", z' })).toBe('"1","x ""y"", z",""\n');
  });
  it('quotes only what needs it without force_quotes: an empty string, not a null', async () => {
    const format = await formatterOf('@type csv\nfields a,b,c,d,e,$.n.x\nforce_quotes false\ndelimiter ;');
    expect(format({ a: '', b: null, c: 'p;q', d: ' lead', e: 'plain,', n: { x: 1.5 } })).toBe(
      '"";;"p;q";" lead";plain,;1.5\n',
    );
  });
  it('takes TAB and leaves out the line end', async () => {
    const format = await formatterOf('@type csv\nfields a,b\nforce_quotes false\ndelimiter TAB\nadd_newline false');
    expect(format({ a: true, b: new Float(2) })).toBe('true\t2.0');
  });
  it('needs fields', async () => {
    await expect(formatterOf('@type csv')).rejects.toThrow(/fields/);
  });
});

describe('tsv, ltsv', () => {
  it('writes missing and null fields as nothing', async () => {
    const format = await formatterOf('@type tsv\nkeys a,b,c\ndelimiter |');
    expect(format({ a: 'ü', b: null })).toBe('ü||\n');
  });
  it('replaces delimiters inside values', async () => {
    const format = await formatterOf('@type ltsv\nnewline crlf');
    expect(format({ a: 'x\ty:z', b: { c: [1, null] } })).toBe('a:x y:z\tb:{"c"=>[1, nil]}\r\n');
  });
});

describe('hash, single_value, json', () => {
  it('shows a record as Ruby does', async () => {
    const format = await formatterOf('@type hash');
    expect(format({ a: 1, b: 'x"#{', c: null, d: [true, 1.5], e: {} })).toBe(
      '{"a"=>1, "b"=>"x\\"\\#{", "c"=>nil, "d"=>[true, 1.5], "e"=>{}}\n',
    );
  });
  it('writes one field, and nothing for a missing one', async () => {
    const format = await formatterOf('@type single_value\nmessage_key log');
    expect([format({ log: 'tab\t' }), format({ log: 5 }), format({})]).toEqual(['tab\t\n', '5\n', '\n']);
  });
  it('can leave out the line end', async () => {
    const format = await formatterOf('@type json\nadd_newline false');
    expect(format({ a: 'ü' })).toBe('{"a":"ü"}');
  });
});

describe('out_file, stdout', () => {
  it.each([
    ['', '2024-03-01T10:20:30+00:00\ttest.tag\t{"a":1}\n'],
    ['utc true', '2024-03-01T10:20:30Z\ttest.tag\t{"a":1}\n'],
    ['timezone +09:00', '2024-03-01T19:20:30+09:00\ttest.tag\t{"a":1}\n'],
    ['time_type float\ndelimiter SPACE', '1709288430.123456789 test.tag {"a":1}\n'],
    ['time_type unixtime\ndelimiter ,', '1709288430\ttest.tag\t{"a":1}\n'],
    ['output_tag false\ntime_format %N\ndelimiter COMMA', '123456789,{"a":1}\n'],
    ['output_time false\nnewline crlf', 'test.tag\t{"a":1}\r\n'],
  ])('out_file with %j', async (params, expected) => {
    const format = await formatterOf(`@type out_file\n${params}`);
    expect(format({ a: 1 })).toBe(expected);
  });
  it('stdout hands its parameters to the inner formatter', async () => {
    const format = await formatterOf('@type stdout\noutput_type ltsv\nlabel_delimiter =');
    expect(format({ a: 1 })).toBe('2024-03-01 10:20:30.123456789 +0000 test.tag: a=1\n');
  });
  it('refuses a zone that Fluentd does not know', async () => {
    await expect(formatterOf('@type out_file\ntimezone UTC')).rejects.toThrow(/Unsupported timezone 'UTC'/);
  });
});
