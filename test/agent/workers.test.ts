/** `workers N`: several processes, one agent. */
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { freePort } from '../inputs/ports.ts';
import { type Agent, startAgent } from './agent.ts';

const wait = { timeout: 60_000 };
const agents: Agent[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const agent of agents.splice(0)) {
    agent.signal('SIGTERM');
    await agent.ended;
  }
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true });
});

function newFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-workers-'));
  folders.push(folder);
  return folder;
}

function start(folder: string, config: string): Agent {
  const agent = startAgent(folder, config);
  agents.push(agent);
  return agent;
}

const running = (agent: Agent) => agent.output().match(/worker is now running/g)?.length ?? 0;

/** Two consecutive free ports. */
async function freePair(): Promise<number> {
  for (;;) {
    const port = await freePort();
    const next = await new Promise<boolean>((resolve) => {
      const server = net.createServer();
      server.once('error', () => resolve(false));
      server.listen(port + 1, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (next) return port;
  }
}

async function post(port: number, n: number): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/app.log?time=5`, {
    method: 'POST',
    body: JSON.stringify({ n }),
    headers: { 'content-type': 'application/json', connection: 'close' },
  });
  expect(answer.status).toBe(200);
}

const config = (folder: string, http: number, prometheus: number) =>
  `<system>
  workers 2
  root_dir ${folder}/root
</system>
<source>
  @type http
  bind 127.0.0.1
  port ${http}
</source>
<source>
  @type prometheus
  bind 127.0.0.1
  port ${prometheus}
</source>
<filter app.**>
  @type prometheus
  <metric>
    name in_total
    type counter
    desc In.
  </metric>
</filter>
<filter app.**>
  @type record_transformer
  <record>
    worker "#{worker_id}"
  </record>
</filter>
<match app.**>
  @type file
  @id out
  path ${folder}/out-#{worker_id}
  append true
  <buffer>
    @type file
    flush_mode interval
    flush_interval 1h
  </buffer>
</match>`.replace(/path (.*)#\{worker_id\}/, 'path "$1#{worker_id}"');

function records(folder: string): { n: number; worker: string }[] {
  return fs
    .readdirSync(folder)
    .filter((name) => name.startsWith('out-'))
    .flatMap((name) => fs.readFileSync(path.join(folder, name), 'utf8').trim().split('\n'))
    .map((line) => JSON.parse(line.split('\t')[2]!) as { n: number; worker: string });
}

it('workers share a port, have buffers of their own, count together, and pass signals on; a dead one comes back with its number and its buffer', async () => {
  const folder = newFolder();
  const [http, prometheus] = [await freePort(), await freePair()];
  const agent = start(folder, config(folder, http, prometheus));
  await expect.poll(() => running(agent), wait).toBe(2);
  for (let n = 0; n < 20; n++) await post(http, n);
  for (const worker of [0, 1])
    expect(
      fs.readdirSync(`${folder}/root/worker${worker}/out/buffer`).some((name) => name.startsWith('buffer.b')),
    ).toBe(true);
  const text = await (await fetch(`http://127.0.0.1:${prometheus}/aggregated_metrics`)).text();
  const counts = [...text.matchAll(/^in_total\{worker_id="\d"\} (\S+)/gm)].map((found) => Number(found[1]));
  expect(counts.length).toBe(2);
  expect(counts.reduce((sum, count) => sum + count)).toBe(20);

  const pid = Number(await workerPid(agent, 1));
  process.kill(pid, 'SIGKILL');
  await expect.poll(() => running(agent), wait).toBe(3);
  expect(agent.output()).toContain('Worker 1 exited unexpectedly with signal SIGKILL');
  for (let n = 20; n < 30; n++) await post(http, n);

  agent.signal('SIGUSR1');
  await expect.poll(() => records(folder).length, wait).toBe(30);
  expect(new Set(records(folder).map(({ n }) => n)).size).toBe(30);
  expect(new Set(records(folder).map(({ worker }) => worker))).toEqual(new Set(['0', '1']));

  expect(await agent.stop()).toBe(0);
  expect(agent.output()).toContain('Worker 0 finished with status 0');
  expect(agent.output()).toContain('Worker 1 finished with status 0');
});

/** Process id of a worker, from the supervisor's children. */
async function workerPid(agent: Agent, id: number): Promise<string> {
  const children = fs.readFileSync(`/proc/${agent.pid}/task/${agent.pid}/children`, 'utf8').trim().split(' ');
  const found = children.find((pid) =>
    fs.readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`SERVERENGINE_WORKER_ID=${id}`),
  );
  return found!;
}

it('workers whose supervisor is killed flush what they hold and end', async () => {
  const folder = newFolder();
  const [http, prometheus] = [await freePort(), await freePair()];
  const memory = config(folder, http, prometheus).replace('@type file\n    flush_mode', '@type memory\n    flush_mode');
  const agent = start(folder, memory);
  await expect.poll(() => running(agent), wait).toBe(2);
  for (let n = 0; n < 10; n++) await post(http, n);
  const pids = [await workerPid(agent, 0), await workerPid(agent, 1)];
  agent.signal('SIGKILL');
  await expect.poll(() => records(folder).length, wait).toBe(10);
  await expect.poll(() => pids.filter((pid) => fs.existsSync(`/proc/${pid}/fd/0`)), wait).toEqual([]);
});

it('an input of one worker needs its <worker> section, and every worker’s part is checked before the start', async () => {
  const tail = `<source>\n@type tail\npath /x\ntag t\n<parse>\n@type none\n</parse>\n</source>`;
  const sink = '<match **>\n@type null\n</match>';
  const shared = start(newFolder(), `<system>\nworkers 2\n</system>\n${tail}\n${sink}`);
  expect(await shared.ended).toBe(1);
  expect(shared.output()).toContain("Plugin 'tail' does not support multi workers configuration");
  const bad = `<worker 1>\n<source>\n@type http\nport many\n@label @nowhere\n</source>\n</worker>`;
  const part = start(newFolder(), `<system>\nworkers 2\n</system>\n<worker 0>\n${tail}\n</worker>\n${bad}\n${sink}`);
  expect(await part.ended).toBe(1);
  expect(part.output()).toContain('@nowhere');
});
