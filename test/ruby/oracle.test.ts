/** Our Ruby against CRuby: every expression of the files on every record gives the same result and leaves the same record. */
import { beforeAll, describe, expect, it } from 'vitest';
import { readExpressions, readRecords } from './expressions.ts';
import { fuzzDifferences } from './fuzz.ts';
import { type Oracle, startOracle } from './oracle.ts';
import { runOurs } from './ours.ts';

/** Seeds of the short run; a seed that once failed is added here. */
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
const PAIRS_OF_A_SEED = 250;

let oracle: Oracle;
beforeAll(async () => {
  process.env['TZ'] = 'UTC';
  oracle = await startOracle();
});

const expressions = readExpressions();
const records = readRecords();

it('there are at least 500 expressions', () => {
  expect(new Set(expressions.map(({ code }) => code)).size).toBeGreaterThan(1000);
});

describe('each expression gives what CRuby gives on each record', () => {
  for (const file of new Set(expressions.map((e) => e.file))) {
    it(file, () => {
      const cases = expressions.filter((e) => e.file === file).map((e) => ({ ...e, records }));
      const theirs = oracle.run(cases);
      const differences = cases.flatMap((c, i) =>
        runOurs(c).flatMap((ours, j) =>
          ours[0] === theirs[i]![j]![0] && ours[1] === theirs[i]![j]![1]
            ? []
            : [{ at: `${file}:${c.line}`, code: c.code, record: records[j], ours, theirs: theirs[i]![j] }],
        ),
      );
      expect(differences).toEqual([]);
    });
  }
});

it.each(SEEDS)('random expressions on random records agree with CRuby (seed %i)', (seed) => {
  expect(fuzzDifferences(oracle, seed, PAIRS_OF_A_SEED)).toEqual([]);
});
