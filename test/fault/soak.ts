/** `npm run soak -- --minutes N`: steady load with rotation and restarts of pods; tells lost lines and the slope of memory after a warm-up. */
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { Agent } from './agent.ts';
import { Rig, sleep } from './rig.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const minutes = Number(values.minutes);
const warmUp = Math.min(10, minutes / 3);
const rig = new Rig(1);
await rig.cluster.open();
rig.agent = new Agent(rig.root, rig.cluster.port, {});
const pods = Array.from({ length: 10 }, (_, i) => rig.pod(`soak-${i}`));
await rig.agent.start();
const begin = Date.now();
const samples: { readonly hours: number; readonly mib: number }[] = [];
for (let i = 0; Date.now() - begin < minutes * 60_000; i++) {
  for (const pod of pods) pod.write(20);
  if (i % 300 === 299) for (const pod of pods) pod.rotate();
  if (i % 3000 === 2999) pods[i % pods.length]!.restartContainer();
  const elapsed = (Date.now() - begin) / 60_000;
  if (i % 50 === 0 && elapsed > warmUp) samples.push({ hours: elapsed / 60, mib: rig.agent.rss });
  await sleep(100);
}
await rig.arrived();
await rig.agent.end('SIGTERM');
await rig.cluster.close();
const written = pods.reduce((sum, pod) => sum + pod.written, 0);
const lost = written - rig.cluster.accepted.size;
console.log(
  `written ${written}, lost ${lost}, peak ${rig.agent.peakRss.toFixed(0)} MiB, slope ${slope().toFixed(2)} MiB/h over ${samples.length} samples`,
);
fs.rmSync(rig.root, { recursive: true });
process.exit(lost === 0 ? 0 : 1);

/** Least squares. */
function slope(): number {
  const mean = (of: (sample: (typeof samples)[number]) => number) =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const hours = mean((sample) => sample.hours);
  const mib = mean((sample) => sample.mib);
  const above = samples.reduce((sum, sample) => sum + (sample.hours - hours) * (sample.mib - mib), 0);
  return above / samples.reduce((sum, sample) => sum + (sample.hours - hours) ** 2, 0);
}
