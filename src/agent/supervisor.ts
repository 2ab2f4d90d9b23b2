/**
 * `workers N` in `<system>`: one process per worker, watched by this one.
 *
 * Guarantees: a worker that dies is started again with its number (and so with its buffers, positions and ports), after
 * `restart_worker_interval`, or a growing wait where it dies at once again and again; signals go on to every worker; `stop` ends when all workers ended,
 * at the latest after the grace time. Listening sockets that workers share belong to this process (Node's cluster), so a restart loses no
 * connection that waits. Leaves what a worker does to lifecycle.ts.
 */
import cluster, { type Worker } from 'node:cluster';
import type { Logger } from '../pipeline/plugin.ts';

export interface SupervisorOptions {
  readonly workers: number;
  /** Seconds before a dead worker is started again. */
  readonly restartInterval: number;
  /** Workers that have not ended by then are killed (milliseconds). */
  readonly graceMs: number;
  readonly log: Logger;
}

/** As Fluentd's workers know their number. */
export const WORKER_ID = 'SERVERENGINE_WORKER_ID';

/** A worker that ran this long did not die at once. */
const STEADY_MS = 10_000;
const MAX_WAIT_MS = 30_000;

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #running = new Map<number, Worker>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #quickDeaths: number[];
  #stopping = false;
  #onEmpty: (() => void) | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#quickDeaths = Array.from({ length: options.workers }, () => 0);
  }

  start(): void {
    for (let id = 0; id < this.#options.workers; id++) this.#fork(id);
  }

  /** USR1, USR2, HUP. */
  signal(name: NodeJS.Signals): void {
    for (const worker of this.#running.values()) worker.process.kill(name);
  }

  /** Resolves when every worker ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
    const ended = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    this.signal('SIGTERM');
    const kill = setTimeout(() => {
      this.#options.log.error('the grace time is over: killing the workers that still run');
      this.signal('SIGKILL');
    }, this.#options.graceMs);
    if (this.#running.size > 0) await ended;
    clearTimeout(kill);
  }

  #fork(id: number): void {
    const worker = cluster.fork({ [WORKER_ID]: String(id) });
    const startedAt = Date.now();
    this.#running.set(id, worker);
    worker.on('exit', (code, signal) => this.#onExit(id, code, signal, Date.now() - startedAt));
    // A worker that dies while a handle is passed to it: the exit event tells of it.
    worker.on('error', (error) => this.#options.log.debug('a worker could not be reached', { worker: id, error }));
  }

  #onExit(id: number, code: number | null, signal: string | null, ranMs: number): void {
    this.#running.delete(id);
    const { log, restartInterval } = this.#options;
    if (this.#stopping) {
      log.info(`Worker ${id} finished with status ${code ?? signal}`);
      if (this.#running.size === 0) this.#onEmpty?.();
      return;
    }
    const quick = ranMs < STEADY_MS ? this.#quickDeaths[id]! : 0;
    this.#quickDeaths[id] = quick + 1;
    const wait = Math.max(restartInterval * 1000, quick === 0 ? 0 : Math.min(1000 * 2 ** (quick - 1), MAX_WAIT_MS));
    log.error(`Worker ${id} exited unexpectedly with ${signal === null ? `status ${code}` : `signal ${signal}`}`, {
      restart_in: wait / 1000,
    });
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#fork(id);
    }, wait);
    this.#timers.add(timer);
  }
}
