import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Balanced, Balancer } from './balancer.ts';
import { FailureDetector } from './failure-detector.ts';

const node = fc.record({ weight: fc.integer({ min: 0, max: 12 }), standby: fc.boolean(), available: fc.boolean() });

it('available servers share the turns by weight, and each call begins with the next one', () => {
  fc.assert(
    fc.property(fc.array(node, { minLength: 1, maxLength: 5 }), (nodes) => {
      const balancer = new Balancer<Balanced>();
      balancer.rebalance(nodes);
      const regular = nodes.filter((one) => !one.standby && one.weight > 0);
      if (regular.length === 0 || regular.some((one) => !one.available)) return;
      const total = regular.reduce((sum, one) => sum + one.weight, 0);
      const firsts = Array.from({ length: total }, () => balancer.order()[0]);
      for (const one of regular) expect(firsts.filter((first) => first === one).length).toBe(one.weight);
    }),
  );
});

it('standby servers step in for the weight that is lost, and no server that is away is tried', () => {
  fc.assert(
    fc.property(fc.array(node, { maxLength: 6 }), (nodes) => {
      const balancer = new Balancer<Balanced>();
      balancer.rebalance(nodes);
      const used = nodes.filter((one) => one.weight > 0);
      const lost = used.filter((one) => !one.standby && !one.available).reduce((sum, one) => sum + one.weight, 0);
      const order = balancer.order();
      expect(order.every((one) => one.available)).toBe(true);
      expect(order.some((one) => one.standby)).toBe(lost > 0 && used.some((one) => one.standby && one.available));
    }),
  );
});

it('suspicion grows with silence and falls with a heartbeat', () => {
  const detector = new FailureDetector(1, 60, 100);
  for (let now = 101; now <= 120; now++) detector.beat(now);
  expect(detector.phi(121)).toBeLessThan(1);
  expect(detector.phi(160)).toBeGreaterThan(detector.phi(140));
  expect(detector.phi(160)).toBeGreaterThan(16);
  detector.beat(160);
  expect(detector.phi(161)).toBeLessThan(1);
  expect(detector.isOver(219)).toBe(false);
  expect(detector.isOver(221)).toBe(true);
});
