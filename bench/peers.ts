/**
 * Other shippers on the same work: workload A with `--peers`, those that are on PATH. Their configurations are in peers/ (Fluentd takes ours).
 *
 * Their documents are counted, not compared with ours: how they lay out metadata differs.
 */
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { Corpus } from './corpus.ts';
import { usage } from './measure.ts';
import { end, NODE, Sink } from './processes.ts';

interface Peer {
  readonly command: string;
  /** Under bench/. */
  readonly config: string;
  readonly version: readonly string[];
  arguments(config: string, dir: string): readonly string[];
  /** What our speed must be at least, as multiples of theirs. */
  readonly times?: number;
}

const PEERS: readonly Peer[] = [
  {
    command: 'rsyslogd',
    config: 'peers/rsyslogd.conf',
    version: ['-v'],
    arguments: (config, dir) => ['-n', '-f', config, '-i', path.join(dir, 'pid')],
  },
  {
    command: 'fluentd',
    config: 'scenarios/docker-json/sluice.conf',
    version: ['--version'],
    arguments: (config) => ['-c', config, '--no-supervisor'],
  },
  {
    command: 'fluent-bit',
    config: 'peers/fluent-bit.conf',
    version: ['--version'],
    arguments: (config) => ['-c', config],
    times: 10,
  },
  { command: 'vector', config: 'peers/vector.yaml', version: ['--version'], arguments: (config) => ['-c', config] },
];

export interface PeerRun {
  readonly name: string;
  readonly version: string;
  readonly perCpuSecond: number;
  readonly peakRss: number;
  readonly times: number | undefined;
}

/** Those on PATH. */
export function present(): readonly Peer[] {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return PEERS.filter(({ command }) => folders.some((folder) => fs.existsSync(path.join(folder, command))));
}

export async function runPeer(peer: Peer, corpus: Corpus, logs: string, api: string, work: string): Promise<PeerRun> {
  const sink = await Sink.start('peer');
  const dir = fs.mkdtempSync(path.join(work, 'peer-'));
  fs.mkdirSync(path.join(dir, 'var', 'log'), { recursive: true });
  fs.symlinkSync(logs, path.join(dir, 'var', 'log', 'containers'));
  const fill: Record<string, string> = {
    ...{ DIR: dir, API: api, PORT: String(sink.port), COMPRESSION: 'no_compression' },
    ...{ MODE: 'interval', FLUSH: 'flush_interval 1s', PEERS: path.join(import.meta.dirname, 'peers') },
    TAGPREFIX: `${dir}/var/log/containers/`.replaceAll('/', '.').slice(1),
  };
  const config = path.join(dir, path.basename(peer.config));
  const template = fs.readFileSync(path.join(import.meta.dirname, peer.config), 'utf8');
  fs.writeFileSync(
    config,
    template.replace(/@([A-Z]+)@/g, (whole, name: string) => fill[name] ?? whole),
  );
  const log = fs.openSync(path.join(dir, 'log'), 'w');
  const child = spawn(peer.command, peer.arguments(config, dir), {
    stdio: ['ignore', log, log],
    env: { ...process.env, K8S_NODE_NAME: NODE, FLUENT_HOSTNAME: NODE },
  });
  try {
    const limit = performance.now() + 600_000;
    while ((await sink.seen()).documents < corpus.documents) {
      if (performance.now() > limit || child.exitCode !== null)
        throw new Error(`${peer.command}: ${fs.readFileSync(path.join(dir, 'log'), 'utf8').slice(-2000)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const used = usage(child.pid!);
    const told = spawnSync(peer.command, [...peer.version], { encoding: 'utf8' }).stdout.split('\n')[0]!;
    const version = /\d+(?:\.\d+)+/.exec(told)?.[0] ?? '';
    const { times } = peer;
    return { name: peer.command, version, perCpuSecond: corpus.lines / used.cpu, peakRss: used.peakRss, times };
  } finally {
    await end(child);
    await sink.end();
    fs.closeSync(log);
    fs.rmSync(dir, { recursive: true, force: true });
  }
}
