import { expect, it } from 'vitest';
import { realClock } from './ports.ts';

it('a timer that is years away does not ring at once', async () => {
  let rung = 0;
  const timers = [realClock.after(1e15, () => rung++), realClock.every(1e15, () => rung++)];
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (const timer of timers) timer.cancel();
  expect(rung).toBe(0);
});
