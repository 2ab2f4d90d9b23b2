/** What can happen to a node, one row each; the promises that must hold stand beside. */
import { type Rig, type Scenario, sleep } from './rig.ts';

const exact = { ordered: true, sentOnce: true, indexedOnce: true } as const;

async function outage(rig: Rig, begin: () => Promise<void> | void, end: () => Promise<void> | void): Promise<void> {
  const pod = rig.pod('out');
  pod.write(500);
  await rig.arrived();
  await begin();
  for (let i = 0; i < 30; i++) {
    pod.write(50);
    if (i % 10 === 5) pod.rotate();
    await sleep(100);
  }
  await end();
  const recovered = Date.now();
  await rig.arrived();
  rig.notes.push(String(Date.now() - recovered));
}

/** After recovery the flow resumes within 10 s. */
const resumes = (rig: Rig) => (Number(rig.notes[0]) > 10_000 ? `recovery took ${rig.notes[0]} ms` : undefined);

async function killing(rig: Rig, kills: number): Promise<void> {
  const pods = ['a', 'b'].map((name) => rig.pod(name));
  for (let i = 0; i < kills; i++) {
    for (let step = 0; step < 5; step++) {
      for (const pod of pods) pod.write(200);
      await sleep(20 + ((i * 37 + step * 13) % 90));
    }
    if (i % 3 === 1) for (const pod of pods) pod.rotate();
    await rig.agent.end('SIGKILL');
    if (i % 3 === 2) for (const pod of pods) pod.rotate();
    await rig.agent.start();
    // Five files are kept: lines that are not read by then are gone whoever reads.
    if (i % 6 === 5) await rig.arrived();
  }
}

const burst = (rotate: 'rotate' | 'rotateByNumber') => async (rig: Rig) => {
  const pod = rig.pod('burst');
  pod.write(100);
  await rig.arrived();
  for (let i = 0; i < 5; i++) {
    pod.write(10_000, 20);
    pod[rotate]();
  }
  pod.write(100);
};

export const scenarios: readonly Scenario[] = [
  {
    name: 'five rotations of 10 000 lines at once, kubelet',
    short: true,
    ...exact,
    run: burst('rotate'),
  },
  { name: 'five rotations of 10 000 lines at once, docker', short: true, ...exact, run: burst('rotateByNumber') },
  {
    name: 'a new pod rotates before it is seen',
    ...exact,
    async run(rig) {
      const pod = rig.pod('new');
      for (let i = 0; i < 4; i++) {
        pod.write(1000);
        pod.rotate();
      }
      pod.write(1000);
    },
  },
  {
    name: '200 rotations over ten pods',
    ...exact,
    async run(rig) {
      const pods = Array.from({ length: 10 }, (_, i) => rig.pod(`p${i}`));
      for (let i = 0; i < 20; i++) {
        for (const pod of pods) {
          pod.write(100);
          pod.rotate();
        }
        await sleep(300);
      }
    },
  },
  {
    name: 'agent down for three rotations',
    short: true,
    ...exact,
    async run(rig) {
      const pod = rig.pod('down');
      pod.write(1000);
      await rig.arrived();
      await rig.agent.end('SIGTERM');
      for (let i = 0; i < 3; i++) {
        pod.write(1000);
        pod.rotate();
      }
      pod.write(1000);
      await rig.agent.start();
    },
  },
  {
    name: 'a new pod rotates while the agent is down',
    short: true,
    ...exact,
    async run(rig) {
      rig.pod('old').write(10);
      await rig.arrived();
      await rig.agent.end('SIGKILL');
      const pod = rig.pod('new');
      for (let i = 0; i < 3; i++) {
        pod.write(1000);
        pod.rotate();
      }
      pod.write(1000);
      await rig.agent.start();
    },
  },
  {
    name: 'killed in the middle of packed files',
    indexedOnce: true,
    stableIds: true,
    async run(rig) {
      const pod = rig.pod('gz');
      pod.write(1000);
      await rig.arrived();
      await rig.agent.end('SIGTERM');
      for (let i = 0; i < 4; i++) {
        pod.write(20_000, 20);
        pod.rotate();
      }
      for (let i = 0; i < 5; i++) {
        await rig.agent.start();
        await sleep(150);
        await rig.agent.end('SIGKILL');
      }
      await rig.agent.start();
    },
  },
  {
    name: 'copytruncate',
    short: true,
    ...exact,
    async run(rig) {
      const pod = rig.pod('copy');
      for (let i = 0; i < 5; i++) {
        pod.write(1000);
        pod.copyTruncate();
        // Lines written before the copy is noticed stand in the copy; the next copy would overwrite it.
        pod.write(10);
        await rig.arrived();
      }
    },
  },
  {
    name: 'container starts again with lines unread',
    short: true,
    ...exact,
    async run(rig) {
      const pod = rig.pod('switch');
      pod.write(10);
      await rig.arrived();
      for (let i = 0; i < 5; i++) {
        pod.write(2000);
        pod.restartContainer();
        pod.write(100);
        await sleep(400);
      }
    },
  },
  {
    name: 'container starts again while the agent is down',
    ...exact,
    async run(rig) {
      const pod = rig.pod('switch');
      pod.write(1000);
      await rig.arrived();
      await rig.agent.end('SIGTERM');
      pod.write(1000);
      pod.restartContainer();
      pod.write(1000);
      await rig.agent.start();
    },
  },
  {
    name: 'container starts again while packed files are read',
    short: true,
    indexedOnce: true,
    stableIds: true,
    // The agent stops in the middle of them.
    buffer: 'total_limit_size 200k\nchunk_limit_size 100k',
    async run(rig) {
      const pod = rig.pod('switch');
      pod.write(1000);
      await rig.arrived();
      await rig.cluster.close();
      for (let i = 0; i < 4; i++) {
        pod.write(5000);
        pod.rotate();
      }
      await rig.settled(() => rig.bufferBytes());
      await rig.agent.end('SIGKILL');
      await rig.agent.start();
      await rig.settled(() => rig.bufferBytes());
      await rig.agent.end('SIGKILL');
      pod.restartContainer();
      pod.write(1000);
      await rig.cluster.open();
      await rig.agent.start();
    },
  },
  { name: 'kill -9 with rotation', run: (rig) => killing(rig, 30 * rig.scale) },
  {
    name: 'kill -9 with rotation, stable ids',
    short: true,
    stableIds: true,
    indexedOnce: true,
    run: (rig) => killing(rig, rig.scale < 1 ? 4 : 30 * rig.scale),
  },
  {
    name: 'kill -9 with rotation, stable ids, fsync',
    stableIds: true,
    indexedOnce: true,
    durability: 'fsync',
    run: (rig) => killing(rig, 10 * rig.scale),
  },
  {
    name: 'connection refused',
    short: true,
    ...exact,
    check: resumes,
    run: (rig) =>
      outage(
        rig,
        () => rig.cluster.close(),
        () => rig.cluster.open(),
      ),
  },
  ...([503, 502, 429, 401, 'reset', 'hang'] as const).map(
    (kind): Scenario => ({
      name: `requests answered by ${kind}`,
      ...exact,
      check: resumes,
      run: (rig) =>
        outage(
          rig,
          () => {
            rig.cluster.script = { request: () => kind };
          },
          () => {
            rig.cluster.script = {};
          },
        ),
    }),
  ),
  {
    name: '40 % of the items refused for a while (429)',
    short: true,
    sentOnce: true,
    indexedOnce: true,
    async run(rig) {
      const pod = rig.pod('items');
      rig.cluster.script = { item: (key) => (Number(key.split(' ')[1]) % 5 < 2 ? 429 : 201) };
      for (let i = 0; i < 20; i++) {
        pod.write(100);
        await sleep(100);
      }
      rig.cluster.script = {};
    },
  },
  {
    name: '1 % of the items can never be indexed',
    sentOnce: true,
    indexedOnce: true,
    refused: (key) => Number(key.split(' ')[1]) % 100 === 7,
    async run(rig) {
      rig.cluster.script = { item: (key) => (Number(key.split(' ')[1]) % 100 === 7 ? 400 : 201) };
      rig.pod('bad').write(5000);
    },
  },
  {
    name: 'answers lost after acceptance, stable ids',
    short: true,
    stableIds: true,
    indexedOnce: true,
    async run(rig) {
      rig.cluster.script = { loseAnswer: (n) => n % 2 === 0 };
      const pod = rig.pod('answer');
      for (let i = 0; i < 10; i++) {
        pod.write(500);
        await sleep(150);
      }
    },
  },
  {
    name: 'buffer full: the files are the buffer',
    totalLimit: '1m',
    ...exact,
    async run(rig) {
      rig.cluster.script = { request: () => 503 };
      const pod = rig.pod('full');
      for (let i = 0; i < 4; i++) {
        pod.write(5000);
        pod.rotate();
        await sleep(1200);
      }
      rig.cluster.script = {};
    },
  },
  {
    name: 'pods that say one line and go',
    async run(rig) {
      for (let i = 0; i < 20; i++) {
        const some = Array.from({ length: 50 }, (_, j) => rig.pod(`short-${i}-${j}`));
        for (const pod of some) pod.write(1);
        await sleep(2000);
        for (const pod of some) pod.remove();
      }
    },
  },
  {
    name: 'one loud pod (50 MB/s), a hundred quiet ones',
    output: 'request_timeout 20s',
    flushThreads: 2,
    async run(rig) {
      const quiet = Array.from({ length: 100 }, (_, i) => rig.pod(`quiet-${i}`));
      await sleep(1500);
      const loud = rig.loud('loud', 50, 8);
      let late = 0;
      for (let i = 0; i < 80; i++) {
        for (const pod of quiet.slice((i % 4) * 25, (i % 4) * 25 + 25)) pod.write(1);
        const slept = performance.now();
        await sleep(100);
        late = Math.max(late, performance.now() - slept - 100);
      }
      await loud;
      await rig.arrived();
      const delays = quiet.flatMap((pod) =>
        pod.writtenAt.map((at, n) => (rig.cluster.seenAt.get(`${pod.name} ${n}`) ?? Number.POSITIVE_INFINITY) - at),
      );
      delays.sort((a, b) => a - b);
      const at = (share: number) => delays[Math.floor(delays.length * share)]!;
      rig.notes.push(String(at(0.99)), String(at(0.5)), late.toFixed(0));
    },
    // On a machine that others use too, a timer is late as well: agent, cluster and writer each may be.
    check: (rig) =>
      Number(rig.notes[0]) > 1000 + 3 * Number(rig.notes[2]) ? `p99 of the quiet pods: ${rig.notes[0]} ms` : undefined,
    tell: (rig) =>
      `delay of the quiet pods: p99 ${rig.notes[0]} ms, median ${rig.notes[1]} ms; timers were late by up to ${rig.notes[2]} ms`,
  },
];
