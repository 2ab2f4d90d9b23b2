import type { Examples } from './example.ts';

const given = [{ host: '10.0.0.7', status: 200, message: 'order "4711" placed' }];

export const formatters: Examples = {
  csv: {
    doc: 'Chosen fields in their order.',
    config: '<format>\n  @type csv\n  fields host,status,message\n</format>',
    given,
    text: '"10.0.0.7","200","order ""4711"" placed"\n',
  },
  hash: {
    doc: 'As Ruby prints a hash.',
    config: '<format>\n  @type hash\n</format>',
    given,
    text: '{"host"=>"10.0.0.7", "status"=>200, "message"=>"order \\"4711\\" placed"}\n',
  },
  json: {
    doc: 'One JSON text a line.',
    config: '<format>\n  @type json\n</format>',
    given,
    text: '{"host":"10.0.0.7","status":200,"message":"order \\"4711\\" placed"}\n',
  },
  ltsv: {
    doc: 'Labelled tab-separated values.',
    config: '<format>\n  @type ltsv\n</format>',
    given,
    text: 'host:10.0.0.7\tstatus:200\tmessage:order "4711" placed\n',
  },
  msgpack: { doc: 'MessagePack.', config: '<format>\n  @type msgpack\n</format>' },
  out_file: {
    doc: 'Time, tag and JSON with tabs between them: the file output’s own format.',
    config: '<format>\n  @type out_file\n  time_format %Y-%m-%dT%H:%M:%S%z\n  utc true\n</format>',
    given,
    text: '2024-03-01T10:20:30+0000\ttest.tag\t{"host":"10.0.0.7","status":200,"message":"order \\"4711\\" placed"}\n',
  },
  single_value: {
    doc: 'One field alone: log lines as they were.',
    config: '<format>\n  @type single_value\n  message_key message\n</format>',
    given,
    text: 'order "4711" placed\n',
  },
  stdout: {
    doc: 'Time, tag and record as the stdout output prints them.',
    config: '<format>\n  @type stdout\n</format>',
    given,
    text: '2024-03-01 10:20:30.123456789 +0000 test.tag: {"host":"10.0.0.7","status":200,"message":"order \\"4711\\" placed"}\n',
  },
  tsv: {
    doc: 'Chosen fields with tabs between them.',
    config: '<format>\n  @type tsv\n  keys host,status\n</format>',
    given,
    text: '10.0.0.7\t200\n',
  },
};
