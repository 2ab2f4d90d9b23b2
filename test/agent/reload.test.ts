/** SIGUSR2: the new configuration takes the old one's ports, and a wrong one changes nothing. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { freePort, freeUdpPort } from '../inputs/ports.ts';
import { type Agent, startAgent } from './agent.ts';

const wait = { timeout: 60_000 };
let agent: Agent | undefined;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-reload-'));

afterEach(async () => {
  agent?.signal('SIGTERM');
  await agent?.ended;
  fs.rmSync(folder, { recursive: true });
});

it('sockets of every kind are taken over by the new configuration', async () => {
  const [http, forward, metrics, monitor, udp] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
    await freeUdpPort(),
  ];
  const listening = (type: string, port: number, more = '') =>
    `<source>\n@type ${type}\nbind 127.0.0.1\nport ${port}\n${more}\n</source>`;
  const config = (version: string) =>
    [
      listening('http', http),
      listening('forward', forward),
      listening('prometheus', metrics),
      listening('monitor_agent', monitor),
      listening('udp', udp, 'tag u\n<parse>\n@type none\n</parse>'),
      `<filter **>\n@type record_transformer\n<record>\nversion ${version}\n</record>\n</filter>`,
      '<match t>\n@type stdout\n</match>',
    ].join('\n');
  agent = startAgent(folder, config('one'));
  const { output, signal } = agent;
  const running = () => output().match(/worker is now running/g)?.length;
  await expect.poll(running, wait).toBe(1);
  const post = async () => {
    const headers = { 'content-type': 'application/json', connection: 'close' };
    return (await fetch(`http://127.0.0.1:${http}/t`, { method: 'POST', body: '{"a":1}', headers })).status;
  };
  expect(await post()).toBe(200);
  await expect.poll(() => output().includes('{"a":1,"version":"one"}'), wait).toBe(true);

  fs.writeFileSync(path.join(folder, 'fluent.conf'), config('two'));
  signal('SIGUSR2');
  await expect.poll(running, wait).toBe(2);
  expect(await post()).toBe(200);
  await expect.poll(() => output().includes('{"a":1,"version":"two"}'), wait).toBe(true);
  expect((await fetch(`http://127.0.0.1:${metrics}/health/ready`)).status).toBe(200);
  expect((await fetch(`http://127.0.0.1:${monitor}/api/plugins.json`)).status).toBe(200);

  fs.writeFileSync(path.join(folder, 'fluent.conf'), '<match **>\n@type nonsense\n</match>');
  signal('SIGUSR2');
  await expect.poll(() => output().includes('going on with the old one'), wait).toBe(true);
  expect(await post()).toBe(200);
});
