/** The cluster's name leads to another address while the agent runs. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { type Rig, type Scenario, sleep } from './rig.ts';

const OLD = '127.0.0.1';
const NEW = '127.0.0.2';
/** Requests at the same time, so that many connections are kept. */
const AT_ONCE = 8;

/** Whether this system lets us mount what only the agent sees. */
function canMount(): boolean {
  try {
    execFileSync('unshare', ['-m', 'mount', '--bind', '/etc/hosts', '/etc/hosts'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** In place: the mount shows this file and no other. */
function name(rig: Rig, address: string): void {
  fs.writeFileSync(path.join(rig.root, 'hosts'), `127.0.0.1 localhost\n${address} cluster.test\n`);
}

async function moving(rig: Rig, leave: () => Promise<void>): Promise<void> {
  if (!canMount()) return void rig.notes.push('nothing could be mounted: the name never changed');
  name(rig, OLD);
  await rig.agent.start();
  const pods = Array.from({ length: AT_ONCE * 2 }, (_, i) => rig.pod(`moved-${i}`));
  rig.cluster.script = { takes: () => 300 };
  for (let i = 0; i < 10; i++) {
    for (const pod of pods) pod.write(20);
    await sleep(200);
  }
  await rig.arrived();
  rig.cluster.script = {};
  await leave();
  rig.cluster.address = NEW;
  name(rig, NEW);
  await rig.cluster.open();
  const moved = Date.now();
  // One request at a time: it must not meet one dead connection after the other.
  pods[0]!.write(20);
  await rig.arrived();
  rig.notes.push(`all lines ${Date.now() - moved} ms after the name changed`);
  if (Date.now() - moved > 10_000) throw new Error(rig.notes.join());
}

function change(title: string, leave: (rig: Rig) => Promise<void>): Scenario {
  return {
    ...{ name: `the name moves, its old address ${title}`, sentOnce: true, hosts: true, startsDown: true },
    output: 'host cluster.test\n  request_timeout 5s',
    buffer: 'chunk_limit_size 4k\nretry_wait 1s\nretry_max_interval 30s',
    flushThreads: AT_ONCE,
    run: (rig) => moving(rig, () => leave(rig)),
    tell: (rig) => rig.notes.join(),
  };
}

export const names: readonly Scenario[] = [
  change('refuses', (rig) => rig.cluster.close()),
  // As when a node is gone: what was connected stays so, and is never heard of again.
  change('does not answer any more', async () => undefined),
];
