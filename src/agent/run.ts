/**
 * The agent from its options to its exit code: one worker, or a supervisor of several, and what signals ask of them.
 *
 * Guarantees: nothing starts from a configuration with errors, and a reload with errors leaves the old pipeline running; all
 * problems are told at once; the process ends within the grace time after SIGTERM or SIGINT. Leaves pipelines to lifecycle.ts and
 * worker processes to supervisor.ts.
 */
import cluster from 'node:cluster';
import os from 'node:os';
import { problemText } from '../config/problems.ts';
import { realPorts } from '../pipeline/io/ports.ts';
import type { Logger } from '../pipeline/plugin.ts';
import { Taps } from '../pipeline/router/taps.ts';
import { createEmbed } from '../ruby/embedded.ts';
import type { CliOptions } from './cli.ts';
import { type Prepared, Worker } from './lifecycle.ts';
import { changePrivileges } from './privileges.ts';
import { aborted, stopSignal } from './stop-signal.ts';
import { Supervisor, WORKER_ID } from './supervisor.ts';
import type { SystemConfig } from './system.ts';
import { defaultSocket, startTap, type TapServer } from './tap/server.ts';
import type { Log } from './telemetry/log.ts';
import { MetricsRegistry } from './telemetry/metrics.ts';
import { applySystem } from './telemetry/own-log.ts';
import { type Monitoring, startMonitoring } from './telemetry/server.ts';
import { VERSION } from './version.ts';

/** Kubernetes kills 30 s after SIGTERM by default; leave time to be read by others. */
const GRACE_MS = 25_000;
/** Number of this process among several workers; 0 for the only one. */
export const WORKER = cluster.isPrimary ? 0 : Number(process.env[WORKER_ID] ?? 0);

export async function runAgent(options: CliOptions, log: Log): Promise<number> {
  return new Agent(options, log).run();
}

class Agent {
  readonly #options: CliOptions;
  readonly #log: Log;
  readonly #logger: Logger;
  /** Kept over reloads: who looks goes on looking. */
  readonly #taps = new Taps();
  #worker: Worker;
  #monitoring: Monitoring | undefined;
  #reloading = Promise.resolve();

  constructor(options: CliOptions, log: Log) {
    this.#options = options;
    this.#log = log;
    this.#logger = log.logger();
    this.#worker = this.#newWorker();
  }

  async run(): Promise<number> {
    const { dryRun, supervisor, ignored } = this.#options;
    if (cluster.isPrimary) {
      changePrivileges(process, this.#options);
      for (const name of ignored) this.#logger.warn(`option ${name} is accepted and has no effect`);
    }
    const prepared = await this.#prepare(this.#worker);
    if (prepared === undefined) return 1;
    const { system } = prepared;
    if (!(await this.#checkOtherWorkers(system.workers))) return 1;
    if (dryRun) {
      this.#logger.info('finished dry run mode');
      return 0;
    }
    if (system.workers > 1 && cluster.isPrimary && supervisor) await this.#supervise(system);
    else await this.#work(prepared);
    return 0;
  }

  /** Runs the pipeline until a signal says stop. */
  async #work(prepared: Prepared): Promise<void> {
    const { processName } = prepared.system;
    if (processName !== undefined) process.title = `worker:${processName}`;
    const signal = stopSignal();
    this.#logger.info(`starting sluice-${VERSION}`, { pid: process.pid });
    process.on('SIGUSR1', () => void this.#flush());
    for (const name of ['SIGUSR2', 'SIGHUP'] as const) process.on(name, () => this.#reload());
    // Timers and watchers do not keep the process alive; this one does.
    const alive = setInterval(() => undefined, 1 << 30);
    const end = aborted(signal);
    // A signal may come while an output waits for its cluster.
    await Promise.race([this.#worker.start(prepared), end]);
    // A prometheus source that wants the port has it by now.
    if (!signal.aborted) await this.#monitor();
    const tap = await this.#openTap();
    await end;
    clearInterval(alive);
    this.#limitGrace();
    await this.#reloading;
    await this.#worker.stop();
    await this.#monitoring?.close();
    await tap?.close();
    if (cluster.isPrimary) this.#logger.info('Worker 0 finished with status 0');
  }

  /** Runs the workers until a signal says stop. */
  async #supervise({ processName, workers, restartWorkerInterval }: SystemConfig): Promise<void> {
    const signal = stopSignal();
    if (processName !== undefined) process.title = `supervisor:${processName}`;
    this.#logger.info(`starting sluice-${VERSION}`, { pid: process.pid, workers });
    const supervisor = new Supervisor({
      workers,
      restartInterval: restartWorkerInterval,
      // Workers have their own grace time, which is over first.
      graceMs: GRACE_MS + 2000,
      log: this.#logger,
    });
    for (const name of ['SIGUSR1', 'SIGUSR2', 'SIGHUP'] as const) process.on(name, () => supervisor.signal(name));
    supervisor.start();
    await aborted(signal);
    await supervisor.stop();
  }

  #limitGrace(): void {
    setTimeout(() => {
      this.#logger.error('the grace time is over: stopping without waiting any longer');
      process.exit(1);
    }, GRACE_MS).unref();
  }

  async #flush(): Promise<void> {
    try {
      await this.#worker.flush();
    } catch (error) {
      this.#logger.warn('flush failed', { error });
    }
  }

  /** One after the other: each puts its pipeline in the place of the one before. */
  #reload(): void {
    this.#reloading = this.#reloading.then(async () => {
      const next = this.#newWorker();
      const prepared = await this.#prepare(next);
      if (prepared === undefined) return this.#logger.error('the configuration has errors: going on with the old one');
      await this.#worker.stop();
      await this.#monitoring?.close();
      this.#worker = next;
      await next.start(prepared);
      await this.#monitor();
    });
  }

  async #monitor(): Promise<void> {
    if (!this.#options.metrics) return;
    this.#monitoring = await startMonitoring(() => this.#worker, WORKER, this.#log.logger('monitoring'));
  }

  /** Without a place for the socket (a read-only disk) the agent runs, and nobody can look. */
  async #openTap(): Promise<TapServer | undefined> {
    const given = process.env['SLUICE_SOCKET'];
    // Each worker is a process with a socket of its own.
    const socket = given === undefined ? defaultSocket(process.pid) : WORKER === 0 ? given : `${given}.${WORKER}`;
    try {
      return await startTap(this.#taps, socket);
    } catch (error) {
      this.#logger.debug('no socket for sluice tap', { socket, error });
      return undefined;
    }
  }

  /** `<worker N>` sections differ: each worker's part is checked before any of them starts. */
  async #checkOtherWorkers(workers: number): Promise<boolean> {
    if (!cluster.isPrimary) return true;
    for (let id = 1; id < workers; id++) if ((await this.#prepare(this.#newWorker(id))) === undefined) return false;
    return true;
  }

  #newWorker(workerId = WORKER): Worker {
    const { config, configType: type, encoding, inlineConfig: inline, system, logFile } = this.#options;
    return new Worker({
      configFile: config,
      load: { type, encoding, inline },
      overrides: system,
      embed: createEmbed({ env: process.env, hostname: os.hostname(), workerId }),
      env: process.env,
      ports: realPorts,
      log: this.#log,
      metrics: new MetricsRegistry(),
      logPath: logFile,
      process,
      taps: this.#taps,
      workerId,
    });
  }

  /** Reads the configuration and tells all its problems; undefined where it cannot be used. */
  async #prepare(worker: Worker): Promise<Prepared | undefined> {
    let prepared: Prepared;
    try {
      prepared = await worker.prepare();
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#logger.error(`config error: ${this.#options.config}: ${text}`);
      return undefined;
    }
    const { problems, system } = prepared;
    applySystem(this.#log, this.#options, system);
    for (const problem of problems.warnings) this.#log.logger().warn(problemText(problem));
    // Errors are told whatever the rate limit says: each is a different mistake.
    for (const problem of problems.errors) process.stderr.write(`config error ${problemText(problem)}\n`);
    return problems.errors.length === 0 ? prepared : undefined;
  }
}
