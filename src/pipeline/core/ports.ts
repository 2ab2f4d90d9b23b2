/**
 * Ports: the data path's only doors to disk, network and clock. Tests put scripted ones in their place (the Nth write
 * fails, unsynced bytes are lost, time jumps). The real ones are in ../io.
 */
import type * as fs from 'node:fs';
import type * as http from 'node:http';
import type * as https from 'node:https';
import type * as net from 'node:net';
import type * as tls from 'node:tls';

/**
 * The disk is Node's own synchronous fs: appends go to the page cache, where a promise costs more CPU than the copy, and
 * the order of durable steps is the order of the calls. Files that are only read are closed with `close`, behind its back.
 */
export type FsPort = Pick<
  typeof fs,
  | 'openSync'
  | 'close'
  | 'closeSync'
  | 'readSync'
  | 'writeSync'
  | 'writevSync'
  | 'fsyncSync'
  | 'fdatasyncSync'
  | 'ftruncateSync'
  | 'fstatSync'
  | 'statSync'
  | 'lstatSync'
  | 'readlinkSync'
  | 'realpathSync'
  | 'readdirSync'
  | 'readFileSync'
  | 'writeFileSync'
  | 'appendFileSync'
  | 'renameSync'
  | 'unlinkSync'
  | 'symlinkSync'
  | 'mkdirSync'
  | 'chmodSync'
  | 'existsSync'
  | 'watch'
>;

export interface NetPort {
  readonly httpRequest: typeof http.request;
  readonly httpsRequest: typeof https.request;
  readonly connect: (options: net.TcpNetConnectOpts) => net.Socket;
  readonly connectTls: (options: tls.ConnectionOptions) => tls.TLSSocket;
}

/** Node's timers ring at once when they are further away than that. Milliseconds, 24 days. */
export const LONGEST_TIMER = 2 ** 31 - 1;

export interface Timer {
  cancel(): void;
}

export interface ClockPort {
  /** Wall clock, milliseconds since the epoch. */
  now(): number;
  /** Wall clock, nanoseconds since the epoch. */
  nowNanos(): bigint;
  /** Monotonic milliseconds: for durations; never jumps. */
  monotonic(): number;
  /** Calls back once after `ms` milliseconds; a timer never keeps the process alive. */
  after(ms: number, callback: () => void): Timer;
  /** Calls back every `ms` milliseconds. */
  every(ms: number, callback: () => void): Timer;
}

export interface Ports {
  readonly fs: FsPort;
  readonly net: NetPort;
  readonly clock: ClockPort;
}
