/** `npm run soak -- --minutes N`: steady load with rotation and restarts of pods; exit code 1 where a line is lost, or memory grows after a warm-up (slope.ts). */
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { Agent } from './agent.ts';
import { Rig, sleep } from './rig.ts';
import { mostSlope, type Sample, slopeOf } from './slope.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const minutes = Number(values.minutes);
const warmUp = Math.min(30, minutes / 3);
const rig = new Rig(1);
await rig.cluster.open();
rig.agent = new Agent(rig.root, rig.cluster.port, {});
const pods = Array.from({ length: 10 }, (_, i) => rig.pod(`soak-${i}`));
await rig.agent.start();
const begin = Date.now();
const samples: Sample[] = [];
for (let i = 0; Date.now() - begin < minutes * 60_000; i++) {
  for (const pod of pods) pod.write(20);
  if (i % 300 === 299) for (const pod of pods) pod.rotate();
  if (i % 3000 === 2999) pods[i % pods.length]!.restartContainer();
  const elapsed = (Date.now() - begin) / 60_000;
  if (i % 50 === 0 && elapsed > warmUp) samples.push({ hours: elapsed / 60, mib: rig.agent.rss });
  // The rate stays the same however long a step took.
  await sleep(Math.max(0, begin + (i + 1) * 100 - Date.now()));
}
await rig.arrived();
await rig.agent.end('SIGTERM');
await rig.cluster.close();
const written = pods.reduce((sum, pod) => sum + pod.written, 0);
const lost = written - rig.cluster.accepted.size;
const slope = slopeOf(samples);
const most = mostSlope(samples);
const told = [
  `written ${written}, lost ${lost}, peak ${rig.agent.peakRss.toFixed(0)} MiB`,
  `slope ${slope.toFixed(2)} MiB/h (at most ${most.toFixed(2)}) over ${samples.length} samples`,
];
console.log(told.join(', '));
fs.rmSync(rig.root, { recursive: true });
process.exit(lost === 0 && slope <= most ? 0 : 1);
