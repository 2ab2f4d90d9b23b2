import type { Examples } from './example.ts';

export const parsers: Examples = {
  apache: {
    doc: 'An access log in the common or combined format, with the fields of the first Apache parser.',
    config: '<parse>\n  @type apache\n</parse>',
    lines: ['10.0.0.7 - ann [28/Feb/2026:12:00:00 +0000] "GET /shop HTTP/1.1" 200 777'],
    records: [{ host: '10.0.0.7', user: 'ann', method: 'GET', path: '/shop', code: '200', size: '777' }],
    time: '2026-02-28T12:00:00.000000000Z',
  },
  apache2: {
    doc: 'An access log in the combined format; code and size are numbers, `-` is nothing.',
    config: '<parse>\n  @type apache2\n</parse>',
    lines: ['10.0.0.7 - - [28/Feb/2026:12:00:00 +0000] "GET /shop HTTP/1.1" 200 777 "-" "curl/8.5.0"'],
    records: [
      {
        ...{ host: '10.0.0.7', user: null, method: 'GET', path: '/shop', code: 200, size: 777 },
        ...{ referer: null, agent: 'curl/8.5.0' },
      },
    ],
    time: '2026-02-28T12:00:00.000000000Z',
  },
  apache_error: {
    doc: "Apache's error log.",
    config: '<parse>\n  @type apache_error\n</parse>',
    lines: ['[Sat Feb 28 12:00:00 2026] [error] [client 10.0.0.7] File does not exist: /srv/favicon.ico'],
    records: [{ level: 'error', client: '10.0.0.7', message: 'File does not exist: /srv/favicon.ico' }],
    time: '2026-02-28T12:00:00.000000000Z',
  },
  cri: {
    doc: 'Container logs of containerd and CRI-O. Joining of long lines (`P`) is the concat filter’s work.',
    config: '<parse>\n  @type cri\n</parse>',
    lines: ['2026-02-28T12:00:00.123456789Z stdout F order 4711 placed'],
    records: [
      {
        ...{ time: '2026-02-28T12:00:00.123456789Z', stream: 'stdout', logtag: 'F' },
        message: 'order 4711 placed',
      },
    ],
    time: '2026-02-28T12:00:00.123456789Z',
  },
  csv: {
    doc: 'Comma-separated values with known columns; numbers by `types`.',
    config:
      '<parse>\n  @type csv\n  keys time,host,req_id,ms\n  time_key time\n  time_format %Y-%m-%dT%H:%M:%S%z\n  types ms:float\n</parse>',
    lines: ['2026-02-28T12:00:00+0000,web-1,"a,1",3.5'],
    records: [{ host: 'web-1', req_id: 'a,1', ms: 3.5 }],
    time: '2026-02-28T12:00:00.000000000Z',
  },
  json: {
    doc: 'Lines of the docker json-file driver: the time is taken out of the record and kept there too.',
    config:
      '<parse>\n  @type json\n  time_key time\n  time_type string\n  time_format %Y-%m-%dT%H:%M:%S.%N%z\n  keep_time_key true\n</parse>',
    lines: ['{"log":"ready\\n","stream":"stdout","time":"2026-02-28T12:00:00.5Z"}'],
    records: [{ log: 'ready\n', stream: 'stdout', time: '2026-02-28T12:00:00.5Z' }],
    time: '2026-02-28T12:00:00.500000000Z',
  },
  kubernetes: {
    doc: 'Lines of klog (kubelet, scheduler and friends).',
    config: '<parse>\n  @type kubernetes\n</parse>',
    lines: ['I0228 12:00:00.123456    4711 server.go:42] started'],
    records: [{ severity: 'I', pid: '4711', source: 'server.go:42', message: 'started' }],
  },
  logfmt: {
    doc: 'Pairs of names and values, as Go programs like to log.',
    config: '<parse>\n  @type logfmt\n</parse>',
    lines: ['level=info msg="order placed" id=4711'],
    records: [{ level: 'info', msg: 'order placed', id: 4711 }],
  },
  ltsv: {
    doc: 'Labelled tab-separated values.',
    config: '<parse>\n  @type ltsv\n  types status:integer\n</parse>',
    lines: ['host:10.0.0.7\tpath:/shop\tstatus:200'],
    records: [{ host: '10.0.0.7', path: '/shop', status: 200 }],
  },
  msgpack: { doc: 'Bodies of MessagePack, for the http input.', config: '<parse>\n  @type msgpack\n</parse>' },
  multi_format: {
    doc: 'Nodes with docker and with containerd: the first pattern that fits counts.',
    config: `<parse>
  @type multi_format
  <pattern>
    format json
    time_key time
    time_format %Y-%m-%dT%H:%M:%S.%NZ
  </pattern>
  <pattern>
    format /^(?<time>[^ ]+) (?<stream>stdout|stderr) [^ ]* (?<log>.*)$/
    time_format %Y-%m-%dT%H:%M:%S.%N%:z
  </pattern>
</parse>`,
    lines: [
      '{"log":"from docker\\n","stream":"stdout","time":"2026-02-28T12:00:00.5Z"}',
      '2026-02-28T12:00:01.5+00:00 stderr F from containerd',
    ],
    records: [
      { log: 'from docker\n', stream: 'stdout' },
      { stream: 'stderr', log: 'from containerd' },
    ],
    time: '2026-02-28T12:00:01.500000000Z',
  },
  multiline: {
    doc: 'Java’s stack traces: a line that begins with a date begins a record. The tail input puts the lines together.',
    config: `<parse>
  @type multiline
  format_firstline /^\\d{4}-\\d{2}-\\d{2}/
  format1 /^(?<time>\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2}) (?<level>\\w+) (?<message>.*)/
  time_format %Y-%m-%d %H:%M:%S
  utc true
</parse>`,
    lines: ['2026-02-28 12:00:00 ERROR boom\njava.lang.IllegalStateException: boom\n\tat Shop.main(Shop.java:7)'],
    records: [{ level: 'ERROR', message: 'boom\njava.lang.IllegalStateException: boom\n\tat Shop.main(Shop.java:7)' }],
    time: '2026-02-28T12:00:00.000000000Z',
  },
  multiline_kubernetes: {
    doc: 'klog’s records of several lines.',
    config: '<parse>\n  @type multiline_kubernetes\n</parse>',
    lines: ['E0228 12:00:00.123456    4711 server.go:42] failed:\n  no such pod'],
    records: [{ severity: 'E', pid: '4711', source: 'server.go:42', message: 'failed:\n  no such pod' }],
  },
  nginx: {
    doc: 'nginx’ access log in its combined format.',
    config: '<parse>\n  @type nginx\n</parse>',
    lines: ['10.0.0.7 - - [28/Feb/2026:12:00:00 +0000] "GET /shop HTTP/1.1" 200 777 "-" "curl/8.5.0"'],
    records: [
      {
        ...{ remote: '10.0.0.7', host: '-', user: '-', method: 'GET', path: '/shop', code: '200', size: '777' },
        ...{ referer: '-', agent: 'curl/8.5.0' },
      },
    ],
    time: '2026-02-28T12:00:00.000000000Z',
  },
  none: {
    doc: 'The line as it is.',
    config: '<parse>\n  @type none\n  message_key log\n</parse>',
    lines: ['whatever it says'],
    records: [{ log: 'whatever it says' }],
  },
  regexp: {
    doc: 'A format of your own: each named group is a field.',
    config: `<parse>
  @type regexp
  expression /^\\[(?<logtime>[^\\]]*)\\] (?<level>\\w+) (?<ms>\\d+)ms (?<message>.*)$/
  time_key logtime
  time_format %Y-%m-%d %H:%M:%S %z
  types ms:integer
</parse>`,
    lines: ['[2026-02-28 12:00:00 +0000] WARN 812ms slow query'],
    records: [{ level: 'WARN', ms: 812, message: 'slow query' }],
    time: '2026-02-28T12:00:00.000000000Z',
  },
  syslog: {
    doc: 'syslog of both generations, told apart line by line.',
    config: '<parse>\n  @type syslog\n  message_format auto\n  with_priority true\n</parse>',
    lines: ['<165>1 2026-02-28T12:00:00.003Z web-1 shop 4711 ID47 - order placed'],
    records: [
      {
        ...{ pri: 165, host: 'web-1', ident: 'shop', pid: '4711', msgid: 'ID47' },
        ...{ extradata: '-', message: 'order placed' },
      },
    ],
    time: '2026-02-28T12:00:00.003000000Z',
  },
  tsv: {
    doc: 'Tab-separated values with known columns.',
    config: '<parse>\n  @type tsv\n  keys host,path,status\n</parse>',
    lines: ['10.0.0.7\t/shop\t200'],
    records: [{ host: '10.0.0.7', path: '/shop', status: '200' }],
  },
};
