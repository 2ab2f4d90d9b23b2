/** `npm run fault [-- --only REGEX] [--scale N]`: every scenario; `-- --random N [--seed S]`: N random runs; a table, exit code 1 on any broken promise. */
import { parseArgs } from 'node:util';
import { limits } from './limits.ts';
import { names } from './names.ts';
import { outages } from './outages.ts';
import { randomScenario } from './random.ts';
import { type Result, runScenario } from './rig.ts';
import { scenarios } from './scenarios.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    scale: { type: 'string', default: '1' },
    random: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const all =
  values.random === undefined
    ? [...scenarios, ...outages, ...names, ...limits]
    : Array.from({ length: Number(values.random) }, (_, i) => randomScenario(Number(values.seed) + i));
const wanted = new RegExp(values.only ?? '');
const columns = ['written', 'distinct', 'lost', 'sent twice', 'indexed twice', 'seconds', 'peak MiB'];
console.log(['scenario'.padEnd(52), ...columns.map((name) => name.padStart(13))].join(''));
let failed = 0;
for (const scenario of all.filter(({ name }) => wanted.test(name))) {
  const result = await runScenario(scenario, Number(values.scale));
  console.log(row(result));
  if (result.told !== undefined) console.log(`    ${result.told}`);
  for (const broken of result.broken) console.log(`    BROKEN ${broken}`);
  if (result.broken.length > 0) failed++;
}
console.log(failed === 0 ? '\nevery promise held' : `\n${failed} scenarios broke a promise`);
process.exit(failed === 0 ? 0 : 1);

function row(result: Result): string {
  const cells = [
    result.written,
    result.distinct,
    result.lost,
    result.sentTwice,
    result.indexedTwice,
    result.seconds.toFixed(1),
    result.peakRss.toFixed(0),
  ];
  return [result.name.padEnd(52), ...cells.map((cell) => String(cell).padStart(13))].join('');
}
