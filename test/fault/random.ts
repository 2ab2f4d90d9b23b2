/**
 * Random runs (`npm run fault -- --random N --seed S`): pods of all forms and sizes, rotated in all ways, while agent and cluster fail as the seed says. A
 * run that breaks a promise is told by its seed.
 */
import type { Script } from './cluster.ts';
import { RandomPod } from './random-pod.ts';
import { type Scenario, sleep } from './rig.ts';

/** A whole number below `n`. */
export type Random = (n: number) => number;

function seeded(seed: number): Random {
  let state = seed | 0;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n;
  };
}

const CRI = {
  parse:
    '@type regexp\nexpression /^(?<time>[^ ]+) (?<stream>stdout|stderr) (?<logtag>[PF]) (?<log>.*)$/\ntime_format %Y-%m-%dT%H:%M:%S.%NZ',
  filters: `<filter kubernetes.**>
  @type concat
  key log
  use_partial_cri_logtag true
  partial_cri_logtag_key logtag
  partial_cri_stream_key stream
  separator ""
</filter>`,
};

const PATIENT = 'retry_forever true\nretry_wait 0.2s\nretry_max_interval 1s\noverflow_action block';
const SCRIPTS: readonly (Script | 'away')[] = [
  'away',
  { request: () => 503 },
  { request: () => 'reset' },
  { request: () => 'hang' },
  { request: (n) => (n % 3 === 0 ? 429 : undefined) },
  { loseAnswer: (n) => n % 2 === 0 },
  { item: (key, times) => (times === 1 && key.endsWith('3') ? 429 : 201) },
  { whole: (_request, bytes) => (bytes > 200_000 ? 413 : undefined) },
];

export function randomScenario(seed: number): Scenario {
  const random = seeded(seed);
  const pick = <T>(...all: T[]): T => all[random(all.length)]!;
  const form = pick('docker', 'cri');
  const rotation = pick('kubelet', 'kubelet', 'docker', 'copytruncate');
  const stableIds = random(3) > 0;
  const wholeBuffer = pick(
    undefined,
    undefined,
    `flush_interval 1s\n${PATIENT}`,
    `chunk_limit_size 64k\nflush_mode immediate\n${PATIENT}`,
  );
  const longest = pick(30, 200, 2000, 20_000, 64_000);
  const chunkLimit = pick('128k', '512k', '4m');
  const kills = pick('never', 'SIGTERM', 'SIGKILL', 'SIGKILL');
  const hasOutages = random(2) === 0;
  const workers = pick(1, 1, 1, 2);
  const packAfter = pick(0, 300, 2500);
  const flushThreads = pick(1, 1, 4);
  const more = { workers, stableIds, chunkLimit, flushThreads, ...(wholeBuffer === undefined ? {} : { wholeBuffer }) };
  const told = { form, rotation, longest, kills, hasOutages, packAfter, ...more };
  return {
    name: `random ${seed}`,
    ...(form === 'cri' ? CRI : {}),
    ...more,
    ...(stableIds ? { indexedOnce: true } : {}),
    tell: (rig) => [JSON.stringify(told), ...rig.notes].join(' '),
    async run(rig) {
      const root = rig.root;
      const has = (key: string) => rig.cluster.accepted.has(key);
      const pods = Array.from({ length: 1 + random(5) }, (_, i) => {
        const pod = new RandomPod({ root, name: `r${i}`, form, rotation, random, has, packAfter });
        rig.pods.push(pod);
        return pod;
      });
      let isDown = false;
      let trouble: Script | 'away' | undefined;
      const isWell = async () => {
        if (trouble === 'away') await rig.cluster.open();
        rig.cluster.script = {};
        trouble = undefined;
      };
      for (let step = 0; step < 60 * rig.scale; step++) {
        const pod = pods[random(pods.length)]!;
        const action = random(20);
        if (action < 9) pod.write(1 + random(longest > 5000 ? 30 : 1000), longest);
        else if (action < 12) pod.rotate();
        else if (action === 12) pod.restart();
        else if (action === 13) pod.replace();
        else if (action < 16 && kills !== 'never') {
          if (isDown) await rig.agent.start();
          else await rig.agent.end(kills);
          isDown = !isDown;
          // Most restarts are quick.
          if (isDown && random(3) > 0) {
            await rig.agent.start();
            isDown = false;
          }
        } else if (action === 16 && hasOutages) {
          if (trouble !== undefined) await isWell();
          else {
            trouble = SCRIPTS[random(SCRIPTS.length)]!;
            if (trouble === 'away') await rig.cluster.close();
            else rig.cluster.script = trouble;
          }
        } else await sleep(random(600));
        rig.agent.measure();
      }
      for (const pod of pods) pod.finishLine();
      if (trouble !== undefined) await isWell();
      if (isDown) await rig.agent.start();
      await rig.arrived();
      if (!rig.agent.isRunning) throw new Error('the agent ended');
    },
  };
}
