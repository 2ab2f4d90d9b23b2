/** `npm run ruby-fuzz [-- PAIRS [SEED]]`: random pairs against CRuby; exit 1 where one differs. */
import { fuzzDifferences } from './fuzz.ts';
import { startOracle } from './oracle.ts';

process.env['TZ'] = 'UTC';
const pairs = Number(process.argv[2] ?? 20_000);
const first = Number(process.argv[3] ?? 1000);
const STEP = 500;

const oracle = await startOracle();
let found = 0;
for (let done = 0; done < pairs; done += STEP) {
  const seed = first + done / STEP;
  for (const { code, record, ours, theirs } of fuzzDifferences(oracle, seed, Math.min(STEP, pairs - done))) {
    found++;
    console.log(`seed ${seed}: ${code}\n  record ${record}\n  ours   ${ours}\n  CRuby  ${theirs}`);
  }
}
console.log(`${pairs} pairs, ${found} differences`);
process.exitCode = found === 0 ? 0 : 1;
