/** Two agents, the second one killed again and again: with acks and file buffers no event is lost. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../inputs/ports.ts';
import { type Agent, startAgent } from './agent.ts';

const wait = { timeout: 90_000 };
const agents: Agent[] = [];
let root = '';

beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-crash-'));
});

afterEach(async () => {
  for (const agent of agents.splice(0)) {
    agent.signal('SIGTERM');
    await agent.ended;
  }
  fs.rmSync(root, { recursive: true });
});

function start(name: string, config: string): Agent {
  const folder = path.join(root, name);
  fs.mkdirSync(folder, { recursive: true });
  const agent = startAgent(folder, config);
  agents.push(agent);
  return agent;
}

const running = (agent: Agent) => agent.output().includes('worker is now running');

const sender = (http: number, forward: number) => `<source>
  @type http
  bind 127.0.0.1
  port ${http}
</source>
<match **>
  @type forward
  require_ack_response true
  ack_response_timeout 5s
  heartbeat_type none
  <server>
    host 127.0.0.1
    port ${forward}
  </server>
  <buffer tag>
    @type file
    path ${root}/sender-buffer
    flush_mode immediate
    flush_thread_count 2
    retry_wait 0.1
    retry_max_interval 0.2
    retry_forever
  </buffer>
</match>`;

const receiver = (forward: number) => `<source>
  @type forward
  bind 127.0.0.1
  port ${forward}
</source>
<match **>
  @type file
  path ${root}/out
  append true
  <buffer>
    @type file
    path ${root}/receiver-buffer
    flush_mode interval
    flush_interval 0.2s
    flush_thread_interval 0.1
  </buffer>
</match>`;

function arrived(): number[] {
  const files = fs.readdirSync(root).filter((name) => name.startsWith('out'));
  const lines = files.flatMap((name) => fs.readFileSync(path.join(root, name), 'utf8').split('\n'));
  return lines.flatMap((line) => /"n":(\d+)\}$/.exec(line)?.[1] ?? []).map(Number);
}

const different = () => new Set(arrived()).size;

/** Posts batches of numbered events; each must be answered 200. */
function poster(http: number) {
  let n = 0;
  return {
    count: () => n,
    async post() {
      const answer = await fetch(`http://127.0.0.1:${http}/t`, {
        method: 'POST',
        body: JSON.stringify(Array.from({ length: 20 }, () => ({ n: n++ }))),
        headers: { 'content-type': 'application/json' },
      });
      expect(answer.status).toBe(200);
    },
  };
}

it('every event that was answered 200 arrives, whatever happens to the receiver', async () => {
  const [http, forward] = [await freePort(), await freePort()];
  const from = start('sender', sender(http, forward));
  await expect.poll(() => running(from), wait).toBe(true);
  const { post, count } = poster(http);
  for (let round = 0; round < 3; round++) {
    const to = start('receiver', receiver(forward));
    await expect.poll(() => running(to), wait).toBe(true);
    const before = different();
    for (let i = 0; i < 10; i++) await post();
    await expect.poll(different, wait).toBeGreaterThan(before);
    for (let i = 0; i < 10; i++) await post();
    to.signal('SIGKILL');
    await to.ended;
    await post();
  }
  start('receiver', receiver(forward));
  await expect.poll(different, wait).toBe(count());
});

it('a receiver that is restarted in order gets no event twice', async () => {
  const [http, forward] = [await freePort(), await freePort()];
  const from = start('sender', sender(http, forward));
  await expect.poll(() => running(from), wait).toBe(true);
  const { post, count } = poster(http);
  for (let round = 0; round < 3; round++) {
    const to = start('receiver', receiver(forward));
    await expect.poll(() => running(to), wait).toBe(true);
    const before = different();
    for (let i = 0; i < 5; i++) await post();
    await expect.poll(different, wait).toBeGreaterThan(before);
    const more = Promise.all(Array.from({ length: 5 }, post));
    await to.stop();
    await more;
  }
  start('receiver', receiver(forward));
  await expect.poll(different, wait).toBe(count());
  expect(arrived().length).toBe(count());
});
