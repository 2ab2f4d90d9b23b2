/** The real ports: Node's fs, http(s) and clocks. */
import fs from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';
import { type ClockPort, LONGEST_TIMER, type NetPort, type Ports, type Timer } from '../core/ports.ts';
import { nodeHttp, nodeHttps } from './node-http.ts';

function timer(handle: NodeJS.Timeout): Timer {
  handle.unref();
  return { cancel: () => clearTimeout(handle) };
}

/** Wall clock at process start in nanoseconds, minus the monotonic clock: makes sub-millisecond times. */
let drift = 0n;

export const realClock: ClockPort = {
  now: Date.now,
  nowNanos() {
    const mono = process.hrtime.bigint();
    const wall = BigInt(Date.now()) * 1_000_000n;
    const guess = mono + drift;
    // Within a millisecond of the wall clock the monotonic digits are right; else the wall clock has been set.
    if (guess < wall || guess >= wall + 1_000_000n) drift = wall - mono;
    return mono + drift;
  },
  monotonic: () => performance.now(),
  after: (ms, callback) => timer(setTimeout(callback, Math.min(ms, LONGEST_TIMER))),
  every: (ms, callback) => timer(setInterval(callback, Math.min(ms, LONGEST_TIMER))),
};

export const realNet: NetPort = {
  httpRequest: nodeHttp.request,
  httpsRequest: nodeHttps.request,
  connect: (options) => net.connect(options),
  connectTls: (options) => tls.connect(options),
};

export const realPorts: Ports = { fs, net: realNet, clock: realClock };
