import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Hosts } from './hosts.ts';

const urls = ['a', 'b', 'c'].map((name) => new URL(`http://${name}:9200`));
const [a, b, c] = urls as [URL, URL, URL];

function pool(all: readonly URL[] = urls) {
  const clock = { now: 0 };
  return { clock, hosts: new Hosts(all, () => clock.now, 60_000) };
}
const turns = (hosts: Hosts, n: number) => Array.from({ length: n }, () => hosts.next()!.hostname).join('');

describe('hosts of a cluster', () => {
  it('live hosts take turns', () => expect(turns(pool().hosts, 6)).toBe('abcabc'));

  it('a dead host is left out and comes back, each time twice as late', () => {
    const { hosts, clock } = pool();
    hosts.failed(b);
    expect(turns(hosts, 6)).not.toContain('b');
    clock.now = 59_999;
    expect(turns(hosts, 6)).not.toContain('b');
    clock.now = 60_000;
    expect(turns(hosts, 3)).toContain('b');
    hosts.failed(b);
    clock.now += 119_999;
    expect(turns(hosts, 6)).not.toContain('b');
    clock.now += 1;
    expect(turns(hosts, 3)).toContain('b');
    hosts.succeeded(b);
    hosts.failed(b);
    clock.now += 60_000;
    expect(turns(hosts, 3)).toContain('b');
  });

  it('where all are dead the one that failed least often, and of those the one that was dead longest, is tried', () => {
    const { hosts, clock } = pool();
    for (const url of [a, a, b, c]) {
      clock.now++;
      hosts.failed(url);
    }
    expect(hosts.next()).toBe(b);
    expect(hosts.next(new Set([b]))).toBe(c);
    expect(hosts.next(new Set([b, c]))).toBe(a);
    expect(hosts.next(new Set(urls))).toBeUndefined();
  });

  it('whatever happened, there is a host, and a live one is preferred', () => {
    const step = fc.record({ host: fc.integer({ min: 0, max: 2 }), failed: fc.boolean(), later: fc.nat(90_000) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const { hosts, clock } = pool();
        const failures = [0, 0, 0];
        for (const { host, failed, later } of steps) {
          clock.now += later;
          hosts[failed ? 'failed' : 'succeeded'](urls[host]!);
          failures[host] = failed ? failures[host]! + 1 : 0;
          const next = hosts.next();
          expect(next).toBeDefined();
          const healthy = urls.filter((_, i) => failures[i] === 0);
          if (healthy.length > 0) expect(hosts.hasLive(new Set())).toBe(true);
        }
      }),
    );
  });

  it('no host at all is undefined', () => expect(pool([]).hosts.next()).toBeUndefined());
});
