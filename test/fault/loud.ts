/** A pod that writes as fast as it is told, in a process of its own: `node loud.ts ROOT NAME MB_PER_SECOND SECONDS LINE_BYTES`; prints how many lines it wrote. */
import { Pod } from './node.ts';

const [root = '', name = '', rate = '50', seconds = '5', lineBytes = '1000'] = process.argv.slice(2);
const STEPS_PER_SECOND = 20;
const pod = new Pod(root, name);
const perStep = Math.round((Number(rate) * 1_000_000) / Number(lineBytes) / STEPS_PER_SECOND);
const began = performance.now();
for (let i = 0; i < Number(seconds) * STEPS_PER_SECOND; i++) {
  pod.write(perStep, Number(lineBytes) - 80);
  const wait = began + ((i + 1) * 1000) / STEPS_PER_SECOND - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
}
console.log(pod.written);
