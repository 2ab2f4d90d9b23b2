import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parserOf } from '../../../test/plugins/rig.ts';
import { encodeRecord } from '../codec/msgpack.ts';
import { ParserError } from '../core/errors.ts';
import { LogEvent } from '../core/event.ts';
import { fromBytes, type Hash } from '../core/value.ts';

describe('regexp', () => {
  it('converts types the way Ruby does, nulls first', async () => {
    const p = await parserOf(
      '@type regexp\nexpression /^(?<i>[^,]*),(?<f>[^,]*),(?<b>[^,]*),(?<l>[^,]*),(?<t>[^,]*)$/\ntypes i:integer,f:float,b:bool,l:array:;,t:time:%Y-%m-%d %z\nnull_value_pattern /^-$/',
    );
    expect(p.parse('12x,1e3,YES,a;b;;,2024-03-01 +0000')).toEqual([
      { i: 12, f: 1000, b: true, l: ['a', 'b'], t: 1709251200 },
    ]);
    expect(p.parse('-,x,no,,bad')).toEqual([{ i: null, f: 0, b: false, l: [], t: null }]);
  });
  it('a broken time is an error, not an unmatched line', async () => {
    const p = await parserOf('@type regexp\nexpression /^(?<time>.*)$/\ntime_format %Y');
    expect(() => p.parse('nope')).toThrow(/invalid time format/);
  });
  it('without a time the line is unmatched where none may be estimated', async () => {
    const p = await parserOf('@type regexp\nexpression /^(?<a>.*)$/\nestimate_current_event false');
    expect(p.parse('x')).toEqual([undefined]);
  });
  it('refuses a regexp without names, unknown types, a zone without format', async () => {
    await expect(parserOf('@type regexp\nexpression /(a)/')).rejects.toThrow(/named capture/);
    await expect(parserOf('@type regexp\nexpression /(?<a>a)/\ntypes a:hash')).rejects.toThrow(
      /unknown value conversion/,
    );
    await expect(parserOf('@type regexp\nexpression /(?<a>a)/\nutc true')).rejects.toThrow(/requires time format/);
    await expect(parserOf('@type regexp\nexpression /(?<a>a)/\ntime_type mixed')).rejects.toThrow(/mixed/);
  });
});

describe('times', () => {
  it.each([
    ['time_type float', '1709288430.000000005', '2024-03-01T10:20:30.000000005Z'],
    ['time_type float', 'abc', '1970-01-01T00:00:00.000000000Z'],
    ['time_type unixtime', '1709288430.9', '2024-03-01T10:20:30.000000000Z'],
    ['time_type mixed\ntime_format_fallbacks unixtime,%Y/%m/%d', '2024/03/01', '2024-03-01T00:00:00.000000000Z'],
    ['time_type mixed\ntime_format_fallbacks unixtime,%Y/%m/%d', '1709288430', '2024-03-01T10:20:30.000000000Z'],
    ['time_format %H\ntimezone +09:00', '00', '15:00:00'],
    ['', 'Fri Mar  1 10:20:30 2024', '2024-03-01T10:20:30.000000000Z'],
  ])('%s of %s', async (params, text, expected) => {
    const p = await parserOf(`@type regexp\nexpression /^(?<time>.*)$/\n${params}`);
    expect(p.time(text)).toContain(expected);
  });
});

describe('ltsv, tsv, csv', () => {
  it('ltsv passes over what has no label, later labels win', async () => {
    const p = await parserOf('@type ltsv\ndelimiter_pattern /\\s+/\nlabel_delimiter =');
    expect(p.parse('a=1 junk b=x=y  a=2')).toEqual([{ a: '2', b: 'x=y' }]);
  });
  it('tsv gives the last key the rest', async () => {
    const p = await parserOf('@type tsv\nkeys a,b\ndelimiter |');
    expect([p.parse('1|2|3'), p.parse('1'), p.parse('|')]).toEqual([
      [{ a: '1', b: '2|3' }],
      [{ a: '1', b: null }],
      [{ a: '', b: '' }],
    ]);
  });
  it.each<[string, unknown]>([
    ['1,"a ""b"", c",', { a: '1', b: 'a "b", c', c: null }],
    ['"",x', { a: '', b: 'x', c: null }],
    ['1,2,3,4', { a: '1', b: '2', c: '3' }],
    ['"two\nlines",b,c\nnext', { a: 'two\nlines', b: 'b', c: 'c' }],
  ])('csv reads %j', async (line, expected) => {
    const p = await parserOf('@type csv\nkeys a,b,c');
    expect(p.parse(line)).toEqual([expected]);
  });
  it.each(['a"b,c', '"a"b,c', '"open', ''])('csv refuses %j', async (line) => {
    const p = await parserOf('@type csv\nkeys a,b,c');
    expect(() => p.parse(line)).toThrow(/malformed CSV/);
  });
  it('csv fast takes broken rows and leaves out columns that are not there', async () => {
    const p = await parserOf('@type csv\nkeys a,b,c\nparser_type fast');
    expect([p.parse('a"b,"x, y"'), p.parse(''), p.parse('"q ""r""",,z')]).toEqual([
      [{ a: 'a"b', b: 'x, y' }],
      [{}],
      [{ a: 'q "r"', b: null, c: 'z' }],
    ]);
  });
  it('what is written as csv is read as it was', async () => {
    const p = await parserOf('@type csv\nkeys a,b,c');
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', ' ', '\n', 'ü', '\\') });
    fc.assert(
      fc.property(cell, cell, cell, (a, b, c) => {
        const line = [a, b, c].map((text) => `"${text.replaceAll('"', '""')}"`).join(',');
        expect(p.parse(line)).toEqual([{ a, b, c }]);
      }),
    );
  });
});

describe('syslog', () => {
  const year = new Date().getUTCFullYear();
  it.each<[string, string, unknown, string]>([
    [
      '',
      'Feb 28 12:00:00 h app[7]: [error] x',
      { host: 'h', ident: 'app', pid: '7', message: '[error] x' },
      `${year}-02-28T12:00:00`,
    ],
    [
      'keep_time_key true',
      'Feb  8 12:00:00 h app: x',
      { time: 'Feb 8 12:00:00', host: 'h', ident: 'app', message: 'x' },
      `${year}-02-08`,
    ],
    [
      'with_priority true',
      '<34>Feb  8 12:00:00 h app: x',
      { pri: 34, host: 'h', ident: 'app', message: 'x' },
      `${year}-02-08`,
    ],
    [
      'parser_engine string',
      'Feb  8 12:00:00 h app[7]: x y',
      { host: 'h', ident: 'app', pid: '7', message: 'x y' },
      `${year}-02-08`,
    ],
    ['parser_type string', 'Feb  8 12:00:00 h app x y', { host: 'h', ident: 'app', message: 'x y' }, `${year}-02-08`],
    [
      'parser_type string\nsupport_colonless_ident false',
      'Feb  8 12:00:00 h app x',
      { host: 'h', message: 'app x' },
      `${year}-02-08`,
    ],
    [
      'parser_type string\ntime_format %b %d %H:%M:%S.%N',
      'Feb  8 12:00:00.25 h app: x',
      { host: 'h', ident: 'app', message: 'x' },
      '12:00:00.250',
    ],
    [
      'parser_type string\ntime_format %Y-%m-%d %H:%M',
      '2024-02-08 12:00 h app: x',
      { host: 'h', ident: 'app', message: 'x' },
      '2024-02-08T12:00',
    ],
    [
      'message_format rfc5424\nwith_priority true',
      '<16>1 2024-02-28T12:00:00Z h app 1 id [a@1 b="c\\]"][d@2] hi',
      { pri: 16, host: 'h', ident: 'app', pid: '1', msgid: 'id', extradata: '[a@1 b="c\\]"][d@2]', message: 'hi' },
      '2024-02-28T12:00:00.000',
    ],
    [
      'message_format rfc5424\nwith_priority true\nparser_engine string',
      '<16>1 2024-02-28T12:00:00.5Z h app 1 id [a@1 b="c\\""] hi',
      { pri: 16, host: 'h', ident: 'app', pid: '1', msgid: 'id', extradata: '[a@1 b="c""]', message: 'hi' },
      '12:00:00.500',
    ],
    [
      'message_format rfc5424',
      '2024-02-28T12:00:00.5Z h app - - -',
      { host: 'h', ident: 'app', pid: '-', msgid: '-', extradata: '-' },
      '12:00:00.5',
    ],
    ['message_format auto', 'Feb  8 12:00:00 h app: x', { host: 'h', ident: 'app', message: 'x' }, `${year}-02-08`],
  ])('%j reads %j', async (params, line, record, time) => {
    const p = await parserOf(`@type syslog\n${params}`);
    expect(p.parse(line)).toEqual([record]);
    expect(p.time(line)).toContain(time);
  });
  it('without the priority that was asked for a line is unmatched, a header cut short is an error', async () => {
    const p = await parserOf('@type syslog\nwith_priority true');
    expect(p.parse('Feb  8 12:00:00 h app: x')).toEqual([undefined]);
    expect(() => p.parse('<1>junk')).toThrow(/header/);
  });
});

describe('web servers', () => {
  it('apache2 makes nulls and numbers', async () => {
    const p = await parserOf('@type apache2');
    expect(
      p.parse('192.168.0.1 - - [28/Feb/2013:12:00:00 +0900] "GET /a?b=\\"c\\" HTTP/1.1" 200 777 "-" "Opera/12.0"'),
    ).toEqual([
      {
        host: '192.168.0.1',
        user: null,
        method: 'GET',
        path: '/a?b=\\"c\\"',
        code: 200,
        size: 777,
        referer: null,
        agent: 'Opera/12.0',
      },
    ]);
    expect(p.time('h - u [28/Feb/2013:12:00:00 +0900] "GET / HTTP/1.1" 0 -')).toBe('2013-02-28T03:00:00.000000000Z');
    expect(p.parse('h - u [28/Feb/2013:12:00:00 +0900] "GET / HTTP/1.1" 0 -')[0]).toMatchObject({
      code: null,
      size: null,
    });
  });
  it('nginx reads the forwarded address', async () => {
    const p = await parserOf('@type nginx');
    expect(
      p.parse('127.0.0.1 h - [28/Feb/2013:12:00:00 +0900] "GET / HTTP/1.1" 200 777 "-" "UA" "10.0.0.1, 10.0.0.2"'),
    ).toEqual([
      {
        remote: '127.0.0.1',
        host: 'h',
        user: '-',
        method: 'GET',
        path: '/',
        code: '200',
        size: '777',
        referer: '-',
        agent: 'UA',
        http_x_forwarded_for: '10.0.0.1, 10.0.0.2',
      },
    ]);
  });
  it('apache_error takes the time as it is written', async () => {
    const p = await parserOf('@type apache_error');
    const line = '[Wed Oct 11 14:32:52 2000] [error] [client 127.0.0.1] client denied';
    expect([p.parse(line), p.time(line)]).toEqual([
      [{ level: 'error', client: '127.0.0.1', message: 'client denied' }],
      '2000-10-11T14:32:52.000000000Z',
    ]);
  });
});

describe('logfmt', () => {
  it.each<[string, unknown]>([
    [
      'foo=bar a=14 baz="hello kitty" cool%story=bro f %^asdf',
      { foo: 'bar', a: 14, baz: 'hello kitty', 'cool%story': 'bro', f: true, '%^asdf': true },
    ],
    ['k="q \\" v" r="esc\\t" s=""', { k: 'q " v', r: 'esc\\t', s: '' }],
    ['a=1.5 b=-3 c=1e3 d=007 u=http://x/?a=b', { a: 1.5, b: -3, c: 1000, d: 7, u: 'http://x/?a=b' }],
    ['x= y=f z=', { x: true, y: 'f', z: true }],
    ['=y "quoted', { y: true, quoted: true }],
  ])('reads %j', async (line, expected) => {
    const p = await parserOf('@type logfmt');
    expect(p.parse(line)).toEqual([expected]);
  });
});

describe('multiline', () => {
  it('reads several records of one text', async () => {
    const p = await parserOf('@type multiline\nformat1 /^(?<a>\\w+) begin\\n/\nformat2 /(?<b>\\w+) end/');
    expect(p.parse('x begin\ny end\nz begin\nw end')).toEqual([
      { a: 'x', b: 'y' },
      { a: 'z', b: 'w' },
    ]);
    expect(p.parser.accumulates).toBe(true);
  });
  it('gives what is left over as unmatched_line where asked to', async () => {
    const p = await parserOf('@type multiline\nunmatched_lines true\nformat1 /^(?<a>\\d+)/');
    expect(p.parse('1\nrest')).toEqual([{ a: '1' }, { unmatched_line: 'rest' }]);
  });
  it('refuses gaps, numbers beyond 20 and bare regexps', async () => {
    await expect(parserOf('@type multiline\nformat1 /(?<a>.)/\nformat3 /b/')).rejects.toThrow(/format2 is missing/);
    await expect(parserOf('@type multiline\nformat21 /(?<a>.)/')).rejects.toThrow(/should be 1 - 20/);
    await expect(parserOf('@type multiline\nformat1 (?<a>.)')).rejects.toThrow(/need \/\//);
  });
  it.each(['kubernetes', 'multiline_kubernetes'])('%s reads glog with the lines behind', async (type) => {
    const p = await parserOf(`@type ${type}`);
    expect(p.parser.firstLine?.('I0301 10:20:30.123456')).toBe(true);
    expect(p.parser.firstLine?.('  more')).toBe(false);
    expect(p.parse('E0301 10:20:30.123456     7 a.go:12] broken\nmore')).toEqual([
      { severity: 'E', pid: '7', source: 'a.go:12', message: 'broken\nmore' },
    ]);
    expect(p.time('E0301 10:20:30.123456 7 a.go:12] x')).toContain('-03-01T10:20:30.123456000Z');
  });
});

describe('cri', () => {
  const line = '2024-03-01T10:20:30.123456789Z stdout F hello "world"';
  it('keeps the time field and cuts at any white space', async () => {
    const p = await parserOf('@type cri');
    expect(p.parse(line)).toEqual([
      { stream: 'stdout', logtag: 'F', message: 'hello "world"', time: '2024-03-01T10:20:30.123456789Z' },
    ]);
    expect(p.parse('2024-03-01T10:20:30.1Z\tstderr P ')).toEqual([
      { stream: 'stderr', logtag: 'P', message: '', time: '2024-03-01T10:20:30.1Z' },
    ]);
    expect(p.parse('2024-03-01T10:20:30.1Z stdout F')).toEqual([undefined]);
    expect(() => p.parse('junk stdout F x')).toThrow(/invalid time/);
  });
  it('parses the message, and its own fields win', async () => {
    const p = await parserOf('@type cri\n<parse>\n@type json\n</parse>');
    expect(p.parse('t stdout F {"a":1,"stream":"x"}')).toEqual([{ a: 1, stream: 'stdout', logtag: 'F' }]);
    expect(p.parse('t stdout F x')).toEqual([undefined]);
  });
  it('equals the regexp parser on any message', async () => {
    const [cri, regexp] = await Promise.all([
      parserOf('@type cri'),
      parserOf(
        '@type regexp\nexpression /\\A(?<time>\\S+)\\s(?<stream>\\S*)\\s(?<logtag>\\S*)\\s(?<message>.*)\\z/m\nkeep_time_key true\ntime_format %Y-%m-%dT%H:%M:%S.%L%z',
      ),
    ]);
    fc.assert(
      fc.property(
        fc.constantFrom('stdout', 'stderr', 'x'),
        fc.constantFrom('F', 'P', ''),
        fc.string({ unit: 'binary' }),
        (stream, tag, text) => {
          const given = `2024-03-01T10:20:30.5Z ${stream} ${tag} ${text}`;
          const [a] = cri.events(given);
          const [b] = regexp.events(given);
          expect(JSON.parse(fromBytes(a!.toJson()))).toEqual(JSON.parse(fromBytes(b!.toJson())));
        },
      ),
    );
  });
});

describe('multi_format, none, json', () => {
  it('names the pattern that matched', async () => {
    const p = await parserOf(
      '@type multi_format\nformat_key which\n<pattern>\nformat json\nformat_name j\n</pattern>\n<pattern>\nformat none\n</pattern>',
    );
    expect([p.parse('{"a":1}'), p.parse('x')]).toEqual([[{ a: 1, which: 'j' }], [{ message: 'x', which: null }]]);
  });
  it('none keeps bytes, escaped as JSON needs it', async () => {
    const p = await parserOf('@type none\nmessage_key m');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(p.parse(text)).toEqual([{ m: text }]);
      }),
    );
  });
  it('json takes an array of records', async () => {
    const p = await parserOf('@type json');
    expect(p.parse('[{"a":1},{"a":2}]')).toEqual([{ a: 1 }, { a: 2 }]);
  });
});

describe('msgpack', () => {
  it('reads what the formatter writes, several records in a row', async () => {
    const p = await parserOf('@type msgpack');
    const value = fc.oneof(fc.string(), fc.maxSafeInteger(), fc.boolean(), fc.constant(null), fc.array(fc.string()));
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), value), { minLength: 1, maxLength: 3 }), (records) => {
        const found: unknown[] = [];
        const bytes = records.map((record) => encodeRecord(LogEvent.from(0, 0, record as Hash))).join('');
        p.parser.parse(bytes, (event) => void found.push(event && JSON.parse(fromBytes(event.toJson()))));
        expect(found).toEqual(records.map((record) => JSON.parse(JSON.stringify(record))));
      }),
    );
  });
  it('what is no map is unmatched, what is cut short is an error', async () => {
    const p = await parserOf('@type msgpack');
    const read = (bytes: string) => {
      const found: unknown[] = [];
      p.parser.parse(bytes, (event) => void found.push(event));
      return found;
    };
    expect(read('\x05')).toEqual([undefined]);
    expect(() => read('\x81\xa1')).toThrow(ParserError);
  });
});
