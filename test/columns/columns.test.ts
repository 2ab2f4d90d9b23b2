/**
 * Columns against their plain twin: the same files through the same configuration, once as it is and once with a `max_line_size` that no line reaches,
 * which has every line parsed, filtered and rendered for itself. Both must send the same bytes.
 */
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rig } from '../plugins/rig.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-columns-'));
const bodies: string[] = [];
const server = http.createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    if (request.method === 'POST') bodies.push(Buffer.concat(parts).toString('latin1'));
    response.setHeader('content-type', 'application/json');
    response.end('{"took":1,"errors":false,"items":[],"version":{"number":"9.5.3"}}');
  });
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.close();
  fs.rmSync(folder, { recursive: true });
});

interface Case {
  readonly lines: readonly string[];
  /** Bytes after which the writer waits for the reader: a parser knows what lines look like when it has seen some. */
  readonly pauses: readonly number[];
  readonly parse: string;
  readonly filters: readonly string[];
  readonly type: string;
  readonly output: readonly string[];
  readonly buffer: readonly string[];
}

/** What reaches the cluster. */
async function sent(one: Case, tail: string): Promise<string> {
  const dir = path.join(folder, 'case');
  const file = path.join(dir, 'app.log');
  fs.mkdirSync(dir, { recursive: true });
  // The same file: ids are made of its inode.
  for (const name of fs.readdirSync(dir)) if (name !== 'app.log') fs.rmSync(path.join(dir, name));
  const bytes = Buffer.from(one.lines.map((line) => `${line}\n`).join(''));
  fs.writeFileSync(file, '');
  bodies.length = 0;
  const pipeline = await rig(`
<source>
  @type tail
  path ${dir}/app.log
  pos_file ${dir}/pos
  tag app
  read_from_head true
  path_key file
  refresh_interval 1
  ${tail}
  <parse>
    ${one.parse}
  </parse>
</source>
${one.filters.join('\n')}
<match **>
  @type ${one.type}
  host 127.0.0.1
  port ${(server.address() as AddressInfo).port}
  ${one.type === 'elasticsearch' ? 'logstash_format true' : 'data_stream_name logs'}
  ${one.output.join('\n  ')}
  <buffer tag>
    @type memory
    flush_mode lazy
    ${one.buffer.join('\n    ')}
  </buffer>
</match>`);
  const [input] = pipeline.graph.instances.filter(({ category }) => category === 'input');
  const ends = [...one.pauses, bytes.length].map((end) => Math.min(end, bytes.length)).sort((a, b) => a - b);
  let at = 0;
  for (const end of ends) {
    fs.appendFileSync(file, bytes.subarray(at, end));
    at = end;
    const whole = bytes.lastIndexOf(10, end - 1) + 1;
    await expect.poll(() => input!.files()[0]?.position, { timeout: 20_000, interval: 2 }).toBe(whole);
  }
  await pipeline.stop();
  return bodies.join('');
}

const text = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 20 }).map((s) => s.toWellFormed()),
  fc.constantFrom('', '"', '\\', 'a\tb', '\\"', 'ä', 'x'.repeat(300), 'INFO start\n', '\u0000\u001f'),
);
const json = fc.oneof(
  text.map((s) => JSON.stringify(s)),
  fc.jsonValue({ maxDepth: 3 }).map((v) => JSON.stringify(v)),
  fc.constantFrom(
    '1.0',
    '-0',
    '1e3',
    '12345678901234567890',
    '[ 1 , {"a" : [] } ]',
    '{ }',
    'true',
    'null',
    '01',
    '"\\ud800"',
    '"\\x"',
  ),
);
const time = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 999_999_999 }), fc.integer({ min: 0, max: 20 }))
  .map(([sec, nanos, odd]) => {
    const head = `2024-02-29T23:59:5${6 + sec}`;
    const offsets: Record<number, string> = {
      1: 'Z',
      2: `.${nanos}Z`,
      3: '.1Z',
      4: '.5+01:00',
      5: '',
      6: '.1234567891Z',
    };
    return head + (offsets[odd] ?? `.${String(nanos).padStart(9, '0')}Z`);
  });

const docker = fc.record({ log: json, stream: fc.constantFrom('"stdout"', '"stderr"'), time });
const jsonLines = fc
  .array(fc.tuple(docker, fc.integer({ min: 0, max: 60 })), { minLength: 1, maxLength: 700 })
  .map((all) =>
    all.map(([{ log, stream, time }, odd]) => {
      if (odd === 1) return `{"stream":${stream},"log":${log},"time":"${time}"}`;
      if (odd === 2) return 'no JSON';
      if (odd === 3) return `{"log":${log},"stream":${stream},"time":"${time}"}\r`;
      if (odd === 4) return `{"log":${log}, "stream":${stream},"time":"${time}"}`;
      return `{"log":${log},"stream":${stream},"time":"${time}"}`;
    }),
  );

const inner = fc
  .tuple(json, json, fc.integer({ min: 0, max: 40 }))
  .map(([a, b, odd]) => (odd === 1 ? `{"a":${a}}` : odd === 2 ? `{"a":${a},"time":${b}}` : `{"a":${a},"log":${b}}`));
const message = fc.oneof({ arbitrary: inner, weight: 5 }, text);
const criLines = fc.array(
  fc
    .tuple(
      time,
      fc.constantFrom('stdout', 'stderr', '', 'std"out'),
      fc.constantFrom('F', 'P'),
      message,
      fc.integer({ min: 0, max: 60 }),
    )
    .map(([at, stream, tag, rest, odd]) => {
      const line = `${at.replace('Z', '+00:00')} ${stream} ${tag} ${rest.replaceAll('\n', ' ')}`;
      return odd === 1 ? line.replace(' ', '\t') : odd === 2 ? `${line}\r` : odd === 3 ? 'no line' : line;
    }),
  { minLength: 1, maxLength: 500 },
);
const criParse = fc.boolean().map((keep) => `@type cri\n keep_time_key ${keep}`);
const parserFilter = fc
  .record({
    data: fc.boolean(),
    remove: fc.boolean(),
    prefix: fc.boolean(),
  })
  .map(
    ({ data, remove, prefix }) => `<filter **>
  @type parser
  key_name message
  reserve_data ${data}
  reserve_time true
  remove_key_name_field ${remove}
  ${prefix ? 'inject_key_prefix data.' : ''}
  <parse>
    @type json
  </parse>
</filter>`,
  );

const FORMATS = ['%Y-%m-%dT%H:%M:%S.%NZ', '%Y-%m-%dT%H:%M:%S.%N%z', '%iso8601', '%Y-%m-%dT%H:%M:%S%z'];
const jsonParse = fc
  .record({ format: fc.constantFrom(...FORMATS), keep: fc.boolean() })
  .map(({ format, keep }) => `@type json\n time_type string\n time_format ${format}\n keep_time_key ${keep}`);

const RECORDS = [
  'severity info',
  'message ${record["log"]}',
  'stream ${record["stream"]}',
  'where ${record["file"]}-${tag}',
  'size ${record["log"].to_s.size}',
  'at ${time.strftime("%H:%M")}',
  'labels {"app":"x","tag":"${tag}"}',
  'missing ${record["nothing"]}',
];
const transformer = fc
  .record({
    records: fc.uniqueArray(fc.constantFrom(...RECORDS), { minLength: 1, maxLength: 4 }),
    remove: fc.subarray(['stream', '$.labels.app', '$.log.a', 'nothing'], { maxLength: 2 }),
    renew: fc.boolean(),
  })
  .map(
    ({ records, remove, renew }) => `<filter **>
  @type record_transformer
  enable_ruby true
  renew_record ${renew}
  ${remove.length > 0 ? `remove_keys ${remove.join(',')}` : ''}
  <record>
    ${records.join('\n    ')}
  </record>
</filter>`,
  );
const filters = fc.array(
  fc.oneof(
    { arbitrary: transformer, weight: 3 },
    fc.constant('<filter **>\n  @type grep\n  <regexp>\n    key stream\n    pattern /out/\n  </regexp>\n</filter>'),
  ),
  {
    maxLength: 2,
  },
);
const type = fc.constantFrom('elasticsearch', 'elasticsearch', 'elasticsearch_data_stream');
const criFilters = fc.tuple(parserFilter, filters).map(([first, rest]) => [first, ...rest]);
const output = fc.subarray([
  'include_tag_key true',
  'remove_keys stream',
  'time_precision 3',
  'logstash_dateformat %Y.%m.%d.%S',
  'target_index_key stream',
  'time_key time',
  'flatten_hashes true',
  'stable_ids true',
  'id_key log',
]);
const buffer = fc.subarray(['chunk_limit_size 4k', 'chunk_limit_records 7']);

const pauses = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 3 });

async function agree(lines: fc.Arbitrary<string[]>, parse: fc.Arbitrary<string>, filter: fc.Arbitrary<string[]>) {
  await fc.assert(
    fc.asyncProperty(fc.record({ lines, pauses, parse, filters: filter, type, output, buffer }), async (one) => {
      expect(await sent(one, '')).toBe(await sent(one, 'max_line_size 100m'));
    }),
    { numRuns: Number(process.env['SLUICE_COLUMNS_RUNS'] ?? 25) },
  );
}

test('columns of JSON lines send the bytes that the lines would send one by one', async () => {
  await agree(jsonLines, jsonParse, filters);
});

test('columns of CRI lines that hold JSON send the bytes that the lines would send one by one', async () => {
  await agree(criLines, criParse, criFilters);
});
