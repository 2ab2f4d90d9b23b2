/** A pod that writes as fast as it is told, in a process of its own: `node loud.ts ROOT NAME MB_PER_SECOND SECONDS`; prints how many lines it wrote. */
import { Pod } from './node.ts';

const [root = '', name = '', rate = '50', seconds = '5'] = process.argv.slice(2);
const LINE_BYTES = 1000;
const STEPS_PER_SECOND = 20;
const pod = new Pod(root, name);
const perStep = Math.round((Number(rate) * 1_000_000) / LINE_BYTES / STEPS_PER_SECOND);
const began = performance.now();
for (let i = 0; i < Number(seconds) * STEPS_PER_SECOND; i++) {
  pod.write(perStep, LINE_BYTES - 80);
  const wait = began + ((i + 1) * 1000) / STEPS_PER_SECOND - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
}
console.log(pod.written);
