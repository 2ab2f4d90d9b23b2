/**
 * A counting bulk endpoint in a process of its own: `node sink.ts CHECK` prints its port. It counts documents by their line ends as they come and parses a
 * sample of them: the second line of each request must be a right document (checks.ts). Lines of short requests that hold `sent=MS` tell their latency.
 * `GET /_seen` tells what came. It shares the cores with the agent: bodies are not put together beyond their beginning.
 */
import http from 'node:http';
import { gunzipSync } from 'node:zlib';
import { checks, type Document } from './checks.ts';

const check = checks[process.argv[2] ?? ''];
const STAMP = Buffer.from('sent=');

let requests = 0;
let documents = 0;
let bytes = 0;
let sampled = 0;
let wrong = 0;
let example = '';
const latencies: number[] = [];

const ANSWER = '{"took":1,"errors":false,"items":[]}';

function sample(body: Buffer): void {
  const first = body.indexOf(10);
  const document = body.toString('utf8', first + 1, body.indexOf(10, first + 1));
  sampled++;
  let isRight = false;
  try {
    const action = JSON.parse(body.toString('utf8', 0, first)) as { index?: { _index?: string } };
    isRight = action.index?._index !== undefined && check?.(JSON.parse(document) as Document) !== false;
  } catch {
    isRight = false;
  }
  if (isRight) return;
  wrong++;
  if (example === '') example = document;
}

function isOwnLog(body: Buffer): boolean {
  const first = body.indexOf(10);
  return body.subarray(first, body.indexOf(10, first + 1)).includes('"tag":"fluent.');
}

function lineEnds(body: Buffer): number {
  let n = 0;
  for (let at = body.indexOf(10); at >= 0; at = body.indexOf(10, at + 1)) n++;
  return n;
}

/** The stamp stands in `log` and in `message`: one of them counts. */
function readStamps(body: Buffer): void {
  const now = performance.timeOrigin + performance.now();
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf(10, at);
    const stamp = body.indexOf(STAMP, at);
    if (stamp < 0) return;
    if (stamp < end) latencies.push(now - Number.parseFloat(body.toString('latin1', stamp + 5, stamp + 30)));
    at = end + 1;
  }
}

/** Bytes of a body that are kept: all of a short one. */
const KEPT = 1_000_000;

const server = http.createServer((request, response) => {
  const isPacked = request.headers['content-encoding'] === 'gzip';
  const parts: Buffer[] = [];
  let length = 0;
  let ends = 0;
  request.on('data', (part: Buffer) => {
    if (isPacked || length < KEPT) parts.push(part);
    length += part.length;
    if (!isPacked) ends += lineEnds(part);
  });
  request.on('end', () => {
    response.setHeader('content-type', 'application/json');
    if (request.method !== 'POST') {
      const seen = { requests, documents, bytes, sampled, wrong, example, latencies };
      response.end(JSON.stringify(request.url === '/_seen' ? seen : { version: { number: '9.5.3' } }));
      return;
    }
    bytes += length;
    requests++;
    // The floor posts input lines, not pairs of lines.
    if (request.url === '/floor') documents += ends;
    else {
      const kept = Buffer.concat(parts);
      const body = isPacked ? gunzipSync(kept) : kept;
      if (isPacked) ends = lineEnds(body);
      // A chunk holds one tag. `match **` also takes the agent's own log events (fluent.*), as in Fluentd: they are no lines of the corpus.
      if (isOwnLog(body)) return void response.end(ANSWER);
      sample(body);
      documents += ends / 2;
      if (length < KEPT) readStamps(body);
    }
    response.end(ANSWER);
  });
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as { port: number }).port));
