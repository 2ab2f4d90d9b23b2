/**
 * A counting bulk endpoint in a process of its own: `node sink.ts` prints its port. It counts documents by their line ends and parses
 * a sample of them: the second document of each request must be whole and right. `GET /_seen` tells what came.
 */
import http from 'node:http';
import { gunzipSync } from 'node:zlib';

let requests = 0;
let documents = 0;
let bytes = 0;
let sampled = 0;
let wrong = 0;
let example = '';

const ANSWER = '{"took":1,"errors":false,"items":[]}';

function check(body: Buffer): void {
  const first = body.indexOf(10);
  const second = body.indexOf(10, first + 1);
  const document = body.toString('utf8', first + 1, second);
  sampled++;
  try {
    const action = JSON.parse(body.toString('utf8', 0, first)) as { index?: { _index?: string } };
    const record = JSON.parse(document) as Record<string, Record<string, unknown>>;
    const { kubernetes, log, message } = record;
    const right =
      action.index?._index?.startsWith('feature_-') === true &&
      typeof log === 'string' &&
      log === message &&
      String(kubernetes?.pod_name).startsWith('feature-') &&
      kubernetes?.pod_ip !== undefined &&
      kubernetes.pod_id === undefined &&
      String(record.hostname).endsWith(`-shop-${String(kubernetes.pod_name)}`) &&
      record['@timestamp'] !== undefined;
    if (!right) wrong++;
  } catch {
    wrong++;
  }
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

const server = http.createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    response.setHeader('content-type', 'application/json');
    if (request.method !== 'POST') {
      const seen = { requests, documents, bytes, sampled, wrong, example };
      response.end(JSON.stringify(request.url === '/_seen' ? seen : { version: { number: '9.5.3' } }));
      return;
    }
    const raw = Buffer.concat(parts);
    bytes += raw.length;
    requests++;
    // The floor posts input lines, not pairs of lines.
    if (request.url === '/floor') documents += lineEnds(raw);
    else {
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
      // A chunk holds one tag. `match **` also takes the agent's own log events (fluent.*), as in Fluentd: they are no lines of the corpus.
      if (isOwnLog(body)) return void response.end(ANSWER);
      check(body);
      documents += lineEnds(body) / 2;
    }
    response.end(ANSWER);
  });
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as { port: number }).port));
