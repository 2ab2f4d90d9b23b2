/** Requests cut in halves against a scripted endpoint: what a half delivered is done, what it did not goes again. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ManualClock, type Rig, rig } from '../../../../test/plugins/rig.ts';

/** What the endpoint says to a bulk request; 200 takes its documents. */
type Script = (documents: readonly number[], bytes: number) => { status: number; retryAfter?: number } | 'reset';

let script: Script;
let asked: { documents: number[]; status: number }[] = [];
let running: Rig | undefined;

const server = http.createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    if (!request.url!.startsWith('/_bulk')) return void response.end('{"version":{"number":"9.0.0"}}');
    const body = Buffer.concat(parts).toString();
    const documents = body
      .split('\n')
      .flatMap((line, i) => (i % 2 === 1 ? [(JSON.parse(line) as { n: number }).n] : []));
    const answer = script(documents, body.length);
    if (answer === 'reset') {
      asked.push({ documents, status: 0 });
      return void request.socket.destroy();
    }
    asked.push({ documents, status: answer.status });
    if (answer.retryAfter !== undefined) response.setHeader('retry-after', answer.retryAfter);
    response.writeHead(answer.status).end('{"took":1,"errors":false,"items":[]}');
  });
});

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
afterEach(() => running?.stop());

/** One chunk of these documents; `finish` moves the clock until the buffer is empty. */
async function ship(records: readonly { n: number; text?: string }[]) {
  const clock = new ManualClock();
  asked = [];
  const one = await rig(
    `<match **>
@type elasticsearch
host 127.0.0.1
port ${(server.address() as AddressInfo).port}
<buffer tag>
@type memory
flush_mode immediate
retry_wait 1
retry_randomize false
retry_max_interval 1
retry_forever true
</buffer>
</match>`,
    clock,
  );
  running = one;
  const output = one.graph.instances.find(({ category }) => category === 'output')!;
  const isEmpty = () => {
    const { buffer_queue_length: queued, buffer_stage_length: staged } = output.stats();
    return queued === 0 && staged === 0;
  };
  await one.emit('t', records);
  return {
    rig: one,
    clock,
    delivered: () => asked.flatMap(({ documents, status }) => (status === 200 ? documents : [])).sort((a, b) => a - b),
    refused: () => one.errors.map(({ json }) => (JSON.parse(json) as { n: number }).n).sort((a, b) => a - b),
    async finish() {
      await expect
        .poll(
          () => {
            clock.advance(500);
            return isEmpty();
          },
          { timeout: 30_000, interval: 5 },
        )
        .toBe(true);
    },
  };
}

const four = [0, 1, 2, 3].map((n) => ({ n }));
const failures = (logs: readonly string[]) => logs.filter((line) => line.includes('failed to flush the buffer'));

it('when the second half fails, its cause and its Retry-After are those of the chunk, and only that half goes again', async () => {
  let isBusy = true;
  script = (documents) => {
    if (documents.length === 4) return { status: 413 };
    return documents.includes(3) && isBusy ? { status: 503, retryAfter: 7 } : { status: 200 };
  };
  const one = await ship(four);
  await expect.poll(() => failures(one.rig.logs).length, { timeout: 30_000 }).toBe(1);
  const [failure] = failures(one.rig.logs);
  expect(failure).toContain('[503]');
  expect(failure).toContain(`next_retry_time="${new Date(one.clock.now() + 7000).toISOString()}"`);
  isBusy = false;
  await one.finish();
  expect(asked.map(({ documents, status }) => [documents, status])).toEqual([
    [[0, 1, 2, 3], 413],
    [[0, 1], 200],
    [[2, 3], 503],
    [[2, 3], 200],
  ]);
});

it('when the first half fails, the second one waits with it', async () => {
  let isBusy = true;
  script = (documents) => {
    if (documents.length === 4) return { status: 413 };
    return isBusy ? { status: 429, retryAfter: 3 } : { status: 200 };
  };
  const one = await ship(four);
  await expect.poll(() => failures(one.rig.logs).length, { timeout: 30_000 }).toBe(1);
  expect(failures(one.rig.logs)[0]).toContain('[429]');
  expect(asked.map(({ documents }) => documents)).toEqual([
    [0, 1, 2, 3],
    [0, 1],
  ]);
  isBusy = false;
  await one.finish();
  expect(one.delivered()).toEqual([0, 1, 2, 3]);
});

it('whatever fails in whatever half, each document is taken once, or refused where it is too large alone', async () => {
  const documents = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 12 });
  const faults = fc.array(fc.constantFrom(200, 200, 429, 503, 0), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(documents, fc.integer({ min: 150, max: 1500 }), faults, async (sizes, limit, statuses) => {
      let n = 0;
      script = (_documents, bytes) => {
        if (bytes > limit) return { status: 413 };
        const status = statuses[n++] ?? 200;
        return status === 0 ? 'reset' : { status };
      };
      const records = sizes.map((size, i) => ({ n: i, text: 'x'.repeat(size) }));
      const one = await ship(records);
      await one.finish();
      await one.rig.stop();
      running = undefined;
      expect([...one.delivered(), ...one.refused()].sort((a, b) => a - b)).toEqual(records.map((record) => record.n));
      const actionBytes = '{"index":{"_index":"fluentd"}}\n'.length;
      for (const { n: i, text } of records) {
        const isTooLarge = actionBytes + JSON.stringify({ n: i, text }).length + 1 > limit;
        expect(one.refused().includes(i)).toBe(isTooLarge);
      }
    }),
    { numRuns: 40 },
  );
}, 60_000);
