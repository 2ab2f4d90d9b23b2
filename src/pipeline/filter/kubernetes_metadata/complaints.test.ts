import { expect, it } from 'vitest';
import { ManualClock } from '../../../../test/plugins/rig.ts';
import { Complaints } from './complaints.ts';

it('each cause is told once a minute, with the number of those that were not told', () => {
  const lines: unknown[] = [];
  const quiet = () => undefined;
  const error = (message: string, fields = {}) => void lines.push([message, fields]);
  const log = { level: 'info', trace: quiet, debug: quiet, info: quiet, warn: quiet, error } as const;
  const clock = new ManualClock();
  const complaints = new Complaints(clock, log);
  for (let second = 0; second < 61; second++) {
    complaints.tell('pod 403', `pod ${second}`);
    if (second === 5) complaints.tell('pod 500', 'another');
    clock.advance(1000);
  }
  expect(lines).toEqual([
    ['pod 0', {}],
    ['another', {}],
    ['pod 60', { similar_since: 59 }],
  ]);
});
