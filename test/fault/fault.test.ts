import { describe, expect, it } from 'vitest';
import { outages } from './outages.ts';
import { runScenario } from './rig.ts';
import { scenarios } from './scenarios.ts';

describe('no line is lost, none doubled:', () => {
  for (const scenario of [...scenarios, ...outages].filter(({ short }) => short))
    it(scenario.name, { timeout: 120_000 }, async () => {
      const { broken, lost, written, distinct } = await runScenario(scenario, 0.1);
      expect({ broken, lost }).toEqual({ broken: [], lost: 0 });
      expect(distinct).toBe(written);
    });
});
