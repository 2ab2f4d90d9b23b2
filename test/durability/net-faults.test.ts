/** Each connect, write and answer of an output fails in turn, in each of the ways that networks have. */
import { afterAll, beforeAll, describe, type ExpectStatic, it } from 'vitest';
import { LogEvent } from '../../src/pipeline/core/event.ts';
import { Cluster } from '../fault/cluster.ts';
import { freePort } from '../inputs/ports.ts';
import { type Rig, rig } from '../plugins/rig.ts';
import { type Fault, FaultyNet } from './net.ts';

const LINES = 60;
const FAULTS: readonly Fault[] = [
  { at: 'connect', how: 'ECONNREFUSED' },
  { at: 'connect', how: 'ETIMEDOUT' },
  { at: 'connect', how: 'hang' },
  { at: 'write', how: 'EPIPE' },
  { at: 'write', how: 'ECONNRESET', arrives: 'half' },
  { at: 'write', how: 'ETIMEDOUT', arrives: 'all' },
  { at: 'write', how: 'hang' },
  { at: 'write', how: 'hang', arrives: 'all' },
  { at: 'answer', how: 'ECONNRESET' },
  { at: 'answer', how: 'cut' },
  { at: 'answer', how: 'hang' },
];
const title = ({ at, how, arrives }: Fault) => `${at} ${how}${arrives === undefined ? '' : `, ${arrives} arrived`}`;

/** Numbered lines of one file. */
async function write(one: Rig, name: string, from: number, to: number): Promise<void> {
  const origin = { id: 'file' };
  const events = Array.from({ length: to - from }, (_, i) => {
    const event = LogEvent.from(1_700_000_000, 0, { log: `${name} ${from + i} ${'x'.repeat(50)}` });
    event.origin = origin;
    event.position = (from + i) * 60;
    return event;
  });
  // Several streams, so that there are several chunks.
  for (let i = 0; i < events.length; i += 10) await one.emit('t', events.slice(i, i + 10));
}

const BUFFER = `<buffer tag>
  @type memory
  flush_mode interval
  flush_interval 0.01
  chunk_limit_size 2k
  retry_wait 0.01
  retry_max_interval 0.02
  retry_forever true
</buffer>`;

interface Life {
  readonly text: string;
  readonly name: string;
  readonly faulty: FaultyNet;
  /** Different lines that arrived. */
  arrived(): number;
}

/** The number of calls that may meet a fault. */
async function live({ text, name, faulty, arrived }: Life, expect: ExpectStatic): Promise<number> {
  const one = await rig(text, undefined, undefined, faulty.port);
  const poll = { timeout: 30_000, interval: 5 };
  try {
    await write(one, name, 0, LINES / 2);
    await expect.poll(arrived, poll).toBe(LINES / 2);
    // The connections that are left, or new ones, carry on.
    await write(one, name, LINES / 2, LINES);
    await expect.poll(arrived, poll).toBe(LINES);
    const output = one.graph.instances.find(({ category }) => category === 'output')!;
    await expect.poll(() => output.stats()['buffer_total_queued_size'], poll).toBe(0);
    expect(one.errors).toEqual([]);
  } finally {
    await one.stop();
  }
  await expect.poll(() => faulty.openSockets, poll).toBe(0);
  return faulty.calls;
}

const rows = FAULTS.map((fault) => [title(fault), fault] as const);

describe.concurrent('the elasticsearch output loses nothing and indexes nothing twice, whichever call meets', () => {
  it.for(rows)('%s', { timeout: 120_000 }, async ([, fault], { expect }) => {
    let again = 0;
    for (let n = 1; ; n++) {
      const cluster = new Cluster();
      await cluster.open();
      const text = `<match **>
  @type elasticsearch
  host 127.0.0.1
  port ${cluster.port}
  logstash_format true
  request_timeout 0.3
  stable_ids true
  ${BUFFER}
</match>`;
      const faulty = new FaultyNet(fault, n);
      const life = { text, name: 'net', faulty, arrived: () => cluster.accepted.size };
      const calls = await live(life, expect).finally(() => cluster.close());
      const times = [...cluster.indexed.values()];
      expect(
        times.every((one) => one === 1),
        `call ${n}`,
      ).toBe(true);
      again += [...cluster.accepted.values()].filter((one) => one > 1).length;
      if (calls < n) break;
    }
    // What arrived and was not answered went again; it is the ids that keep it from being there twice.
    if (fault.at === 'answer' || fault.arrives === 'all') expect(again).toBeGreaterThan(0);
  });
});

describe.concurrent('the forward output with acks loses nothing, whichever call meets', () => {
  let port = 0;
  let server: Rig;
  beforeAll(async () => {
    port = await freePort();
    server = await rig(
      `<source>\n@type forward\nbind 127.0.0.1\nport ${port}\n</source>\n<match **>\n@type capture\n</match>`,
    );
  });
  afterAll(() => server.stop());

  it.for(rows)('%s', { timeout: 120_000 }, async ([, fault], { expect }) => {
    const text = `<match **>
  @type forward
  heartbeat_type none
  connect_timeout 0.3
  send_timeout 0.3
  require_ack_response true
  ack_response_timeout 1
  keepalive true
  <server>
    host 127.0.0.1
    port ${port}
  </server>
  ${BUFFER}
</match>`;
    for (let n = 1; ; n++) {
      const faulty = new FaultyNet(fault, n);
      const name = `${title(fault)} ${n}`;
      const lines = () => server.caught.map(({ json }) => json).filter((json) => json.includes(`${name} `));
      const calls = await live({ text, name, faulty, arrived: () => new Set(lines()).size }, expect);
      if (calls < n) break;
    }
  });
});
