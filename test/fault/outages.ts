/** A cluster that is away, refuses, is slow, or never takes some documents: with the waits that real configurations have. */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { generateCertificate } from '../../src/pipeline/io/certificate.ts';
import { type Rig, type Scenario, sleep } from './rig.ts';

const exact = { ordered: true, sentOnce: true, indexedOnce: true } as const;
/** Of configurations in use: the next try may be half a minute away when the cluster is back. */
const PATIENT = 'retry_wait 1s\nretry_max_interval 30s';
const SECONDS = 20;

async function away(rig: Rig, begin: () => Promise<void> | void, end: () => Promise<void> | void): Promise<void> {
  const pod = rig.pod('out');
  pod.write(500);
  await rig.arrived();
  await begin();
  for (let i = 0; i < SECONDS * 2; i++) {
    pod.write(50);
    if (i % 10 === 5) pod.rotate();
    await sleep(500);
    rig.agent.measure();
  }
  await end();
  const recovered = Date.now();
  const flowed = rig.cluster.accepted.size;
  while (rig.cluster.accepted.size === flowed && Date.now() - recovered < 60_000) await sleep(20);
  rig.notes.push(String(Date.now() - recovered));
  await rig.arrived();
  rig.notes.push(String(Date.now() - recovered));
}

const resumes = (rig: Rig) => (Number(rig.notes[1]) > 10_000 ? `recovery took ${rig.notes[1]} ms` : undefined);
const told = (rig: Rig) => `first document after ${rig.notes[0]} ms, all after ${rig.notes[1]} ms`;

function outage(name: string, kind: number | 'reset' | 'hang', more: Partial<Scenario> = {}): Scenario {
  return {
    ...{ name, ...exact, buffer: PATIENT, check: resumes, tell: told },
    run: (rig) =>
      away(
        rig,
        () => {
          rig.cluster.script = { request: () => kind };
        },
        () => {
          rig.cluster.script = {};
        },
      ),
    ...more,
  };
}

function certificate(seconds: number) {
  const where = { country: 'XX', state: 'x', locality: 'x', commonName: 'localhost' };
  return generateCertificate({ ...where, bits: 2048, seconds, digest: 'sha256', authority: undefined });
}

/** The cluster comes back with another certificate at its port. */
async function overTls(rig: Rig, tls: { cert: string; key: string }): Promise<void> {
  await rig.cluster.close();
  rig.cluster.tls = tls;
  await rig.cluster.open();
}

export const outages: readonly Scenario[] = [
  {
    ...{ name: 'away, the next try half a minute off', ...exact, buffer: PATIENT, check: resumes, tell: told },
    run: (rig) =>
      away(
        rig,
        () => rig.cluster.close(),
        () => rig.cluster.open(),
      ),
  },
  outage('503, the next try half a minute off', 503),
  outage('no answer, the next try half a minute off', 'hang', { output: 'request_timeout 5s' }),
  {
    // Counted tries would have dropped the buffer long before: a refused password never counts.
    ...{ name: 'password refused, then renewed in its file', ...exact, check: resumes, tell: told },
    output: "user joe\n  password \"#{File.exist?('ROOT/password') ? File.read('ROOT/password') : 'old'}\"",
    buffer: `${PATIENT}\nretry_forever false\nretry_max_times 1`,
    run: (rig) =>
      away(
        rig,
        () => {
          const wanted = `Basic ${btoa('joe:new')}`;
          rig.cluster.script = { whole: ({ headers }) => (headers.authorization === wanted ? undefined : 401) };
        },
        () => fs.writeFileSync(path.join(rig.root, 'password'), 'new'),
      ),
  },
  {
    name: 'Retry-After is waited for',
    ...exact,
    async run(rig) {
      const pod = rig.pod('later');
      rig.cluster.script = { request: () => 429, headers: () => ({ 'retry-after': '6' }) };
      pod.write(100);
      while (rig.cluster.askedAt.length === 0) await sleep(20);
      rig.cluster.script = {};
      await rig.arrived();
      rig.notes.push(String(rig.cluster.askedAt[1]! - rig.cluster.askedAt[0]!));
    },
    check: (rig) => (Number(rig.notes[0]) < 5900 ? `asked again after ${rig.notes[0]} ms` : undefined),
  },
  {
    ...{ name: 'one host of two is dead', ...exact },
    output: 'hosts 127.0.0.1:1,127.0.0.1:PORT',
    async run(rig) {
      const pod = rig.pod('two');
      for (let i = 0; i < 20; i++) {
        pod.write(100);
        await sleep(150);
      }
    },
    check: (rig) => (rig.agent.log.includes('failed to flush') ? 'the dead host cost a try' : undefined),
  },
  {
    ...{ name: 'certificate expired, then of another authority', ...exact, check: resumes, tell: told },
    output: 'hosts https://localhost:PORT\n  ca_file ROOT/ca.crt',
    buffer: PATIENT,
    startsDown: true,
    async run(rig) {
      const ca = path.join(rig.root, 'ca.crt');
      const [good, expired, other] = [certificate(3600), certificate(-60), certificate(3600)];
      fs.writeFileSync(ca, good.cert);
      await overTls(rig, good);
      await rig.agent.start();
      await away(
        rig,
        async () => {
          await overTls(rig, expired);
          setTimeout(() => void overTls(rig, other), (SECONDS * 1000) / 2);
        },
        () => {
          fs.writeFileSync(`${ca}.new`, other.cert);
          fs.renameSync(`${ca}.new`, ca);
        },
      );
    },
  },
  {
    ...{ name: 'refused for good: all but those once, replayed later', short: true, sentOnce: true, indexedOnce: true },
    output: 'dead_letter_file ROOT/dead.ndjson',
    async run(rig) {
      const isBad = (key: string) => Number(key.split(' ')[1]) % 100 === 7;
      rig.cluster.script = {
        item: (key) => (isBad(key) ? 400 : 201),
        whole: (_request, bytes) => (bytes > 300_000 ? 413 : undefined),
      };
      const pod = rig.pod('bad');
      for (let i = 0; i < 10; i++) pod.write(500);
      // Alone larger than the cluster takes.
      pod.write(1, 400_000);
      pod.write(99);
      const letters = () => fs.readFileSync(path.join(rig.root, 'dead.ndjson'), 'utf8').trimEnd().split('\n').length;
      await rig.arrived(1 - 52 / pod.written);
      rig.notes.push(String(letters()));
      rig.cluster.script = {};
      const file = path.join(rig.root, 'dead.ndjson');
      const bin = path.join(import.meta.dirname, '../../bin/sluice');
      const { stdout } = await promisify(execFile)(bin, ['replay', file, '-c', path.join(rig.root, 'fluent.conf')]);
      rig.notes.push(stdout.trim());
    },
    check: (rig) => {
      const [letters, replayed] = rig.notes;
      if (letters !== '52') return `${letters} dead letters instead of 52`;
      return replayed === '52 letters: 52 taken, 0 refused again, 0 not sent' ? undefined : replayed;
    },
  },
  {
    ...{ name: 'a cluster that takes two requests at a time', sentOnce: true, indexedOnce: true, flushThreads: 8 },
    buffer: 'chunk_limit_size 64k',
    async run(rig) {
      let refused = 0;
      rig.cluster.script = {
        takes: () => 100,
        whole: (_request, _bytes, running) => {
          if (running > 2) refused++;
          return running > 2 ? 429 : undefined;
        },
      };
      const pods = Array.from({ length: 10 }, (_, i) => rig.pod(`p${i}`));
      for (let i = 0; i < 40; i++) {
        for (const pod of pods) pod.write(60);
        await sleep(200);
      }
      await rig.arrived();
      rig.notes.push(`${refused} of ${rig.cluster.askedAt.length} requests refused`);
    },
    tell: (rig) => rig.notes[0] ?? '',
  },
];
