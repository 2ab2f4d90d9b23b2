import { expect, it } from 'vitest';
import { LogEvent } from './event.ts';
import { Holds } from './holds.ts';

function eventAt(position: number): LogEvent {
  const event = LogEvent.from(1, 0, {});
  event.position = position;
  return event;
}

it('tells the first event that is held, by any of several holders', () => {
  const holds = new Holds();
  const [a, b] = [eventAt(10), eventAt(20)];
  expect(holds.lowest).toBeUndefined();
  holds.hold(b);
  holds.hold(a);
  expect(holds.lowest).toBe(10);
  holds.release(a);
  expect([holds.lowest, holds.isHeld(a), holds.isHeld(b)]).toEqual([20, false, true]);
});

it('gives after a refused emit the first event that was held before it, and holds none any more', () => {
  const holds = new Holds();
  const [a, b] = [eventAt(10), eventAt(20)];
  holds.hold(a);
  holds.begin();
  holds.release(a);
  holds.hold(b);
  expect(holds.undo()).toBe(10);
  expect([holds.isHeld(a), holds.isHeld(b), holds.lowest]).toEqual([false, false, undefined]);
  holds.begin();
  holds.done();
  expect(holds.undo()).toBeUndefined();
});

it('tells of a release between emits only, once', () => {
  const holds = new Holds();
  let told = 0;
  holds.onRelease = () => told++;
  const event = eventAt(1);
  holds.hold(event);
  holds.begin();
  holds.release(event);
  holds.done();
  expect(told).toBe(0);
  holds.hold(event);
  holds.release(event);
  holds.release(event);
  expect(told).toBe(1);
});
