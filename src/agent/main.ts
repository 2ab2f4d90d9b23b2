/**
 * The process: arguments, environment, signals, exit codes. The only file of the agent that touches `process`.
 */
import cluster from 'node:cluster';
import fs from 'node:fs';
import os from 'node:os';
import { problemText } from '../config/problems.ts';
import { Secrets } from '../config/secrets.ts';
import { compileStrftime } from '../pipeline/codec/time.ts';
import { realPorts } from '../pipeline/io/ports.ts';
import type { Logger } from '../pipeline/plugin.ts';
import { Taps } from '../pipeline/router/taps.ts';
import { createEmbed } from '../ruby/embedded.ts';
import { loadRuby } from '../ruby/program.ts';
import { IN_BACKGROUND, startInBackground } from './background.ts';
import { type CliOptions, helpText, parseArguments } from './cli.ts';
import { commands } from './commands/index.ts';
import { writeFirstConfig } from './first-config.ts';
import { type Prepared, Worker } from './lifecycle.ts';
import { changePrivileges } from './privileges.ts';
import { showPluginConfig } from './reference/show.ts';
import { Supervisor, WORKER_ID } from './supervisor.ts';
import type { SystemConfig } from './system.ts';
import { defaultSocket, startTap, type TapServer } from './tap/server.ts';
import { type Level, Log } from './telemetry/log.ts';
import { openLogFile, type Rotation, writeAll } from './telemetry/log-file.ts';
import { MetricsRegistry } from './telemetry/metrics.ts';
import { type Monitoring, startMonitoring } from './telemetry/server.ts';
import { VERSION } from './version.ts';

/** Kubernetes kills 30 s after SIGTERM by default; leave time to be read by others. */
const GRACE_MS = 25_000;
/** Number of this process among several workers; 0 for the only one. */
const WORKER = cluster.isPrimary ? 0 : Number(process.env[WORKER_ID] ?? 0);

async function main(argv: string[]): Promise<number> {
  const [word = '', ...args] = argv;
  if (Object.hasOwn(commands, word)) return runCommand(word, args);
  const options = parseArguments(argv, process.env);
  if (options.errors.length > 0) return usage(options.errors);
  if (options.help) return print(helpText() + (await commandsHelp()));
  if (options.version) return print(`sluice ${VERSION}\n`);
  if (options.showPluginConfig !== undefined)
    return showPluginConfig(options.showPluginConfig, (text) => process.stdout.write(text));
  if (options.setup !== undefined) return print(writeFirstConfig(options.setup));
  if (options.daemon !== undefined && !options.dryRun && process.env[IN_BACKGROUND] === undefined) {
    startInBackground(options.daemon, process);
    return 0;
  }
  readInline(options);
  return runAgent(options);
}

/** `-i -`: workers, which have no standard input of their own, are given the text. */
function readInline(options: CliOptions): void {
  if (options.inlineConfig !== '-') return;
  options.inlineConfig = fs.readFileSync(0, 'utf8');
  cluster.setupPrimary({ args: [...process.argv.slice(2), '-i', options.inlineConfig] });
}

async function runCommand(name: string, args: readonly string[]): Promise<number> {
  const command = await commands[name]!();
  if (args.includes('--help')) return print(`Usage: sluice ${name} ${command.usage}\n\n${command.doc}\n`);
  return command.run({
    args,
    env: process.env,
    signal: stopSignal(),
    isTerminal: process.stdout.isTTY === true,
    print: (text) => writeWhole(1, text),
    printError: (text) => writeWhole(2, text),
  });
}

/** Waits for a slow reader, so that a command's end cuts nothing off; ends quietly when the reader is gone (`| head`). */
function writeWhole(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += fs.writeSync(fd, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') process.exit(0);
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

async function commandsHelp(): Promise<string> {
  const lines = Object.entries(commands).map(async ([name, load]) => {
    const { usage, doc } = await load();
    return `  sluice ${name} ${usage}\n      ${doc}\n`;
  });
  return `\nOther commands:\n${(await Promise.all(lines)).join('')}`;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function usage(errors: readonly string[]): number {
  process.stderr.write(`${errors.join('\n')}\n\n${helpText()}`);
  return 1;
}

function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => controller.abort());
  // A worker whose supervisor died stops in order too; Node would end it at once.
  cluster.worker?.once('disconnect', () => {
    cluster.worker!.exitedAfterDisconnect = true;
    controller.abort();
  });
  return controller.signal;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function runAgent(options: CliOptions): Promise<number> {
  const log = openLog(options);
  const logger = log.logger();
  if (cluster.isPrimary) changePrivileges(process, options);
  if (cluster.isPrimary)
    for (const name of options.ignored) logger.warn(`option ${name} is accepted and has no effect`);
  await loadRuby();
  let worker = newWorker(options, log);
  const prepared = await prepare(worker, options, log);
  if (prepared === undefined) return 1;
  if (!(await checkOtherWorkers(prepared.system.workers, options, log))) return 1;
  if (options.dryRun) {
    logger.info('finished dry run mode');
    return 0;
  }
  if (prepared.system.workers > 1 && cluster.isPrimary && options.supervisor) return supervise(prepared.system, logger);
  if (prepared.system.processName !== undefined) process.title = `worker:${prepared.system.processName}`;
  const signal = stopSignal();
  logger.info(`starting sluice-${VERSION}`, { pid: process.pid });
  process.on('SIGUSR1', () => void worker.flush().catch((error: unknown) => logger.warn('flush failed', { error })));
  const monitor = async () =>
    options.metrics ? startMonitoring(() => worker, WORKER, log.logger('monitoring')) : undefined;
  let monitoring: Monitoring | undefined;
  let reloading = Promise.resolve();
  const reload = () => {
    reloading = reloading.then(async () => {
      const next = newWorker(options, log);
      const ready = await prepare(next, options, log);
      if (ready === undefined) return logger.error('the configuration has errors: going on with the old one');
      await worker.stop();
      await monitoring?.close();
      worker = next;
      await worker.start(ready);
      monitoring = await monitor();
    });
  };
  process.on('SIGUSR2', reload);
  process.on('SIGHUP', reload);
  // Timers and watchers do not keep the process alive; this one does.
  const alive = setInterval(() => undefined, 1 << 30);
  const end = aborted(signal);
  // A signal may come while an output waits for its cluster.
  await Promise.race([worker.start(prepared), end]);
  // A prometheus source that wants the port has it by now.
  if (!signal.aborted) monitoring = await monitor();
  const tap = await openTap(log);
  await end;
  clearInterval(alive);
  setTimeout(() => {
    logger.error('the grace time is over: stopping without waiting any longer');
    process.exit(1);
  }, GRACE_MS).unref();
  await reloading;
  await worker.stop();
  await monitoring?.close();
  await tap?.close();
  if (cluster.isPrimary) logger.info('Worker 0 finished with status 0');
  return 0;
}

/** Runs the workers until a signal says stop. */
async function supervise(system: SystemConfig, logger: Logger): Promise<number> {
  const signal = stopSignal();
  if (system.processName !== undefined) process.title = `supervisor:${system.processName}`;
  logger.info(`starting sluice-${VERSION}`, { pid: process.pid, workers: system.workers });
  const supervisor = new Supervisor({
    workers: system.workers,
    restartInterval: system.restartWorkerInterval,
    // Workers have their own grace time, which is over first.
    graceMs: GRACE_MS + 2000,
    log: logger,
  });
  for (const name of ['SIGUSR1', 'SIGUSR2', 'SIGHUP'] as const) process.on(name, () => supervisor.signal(name));
  supervisor.start();
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await supervisor.stop();
  return 0;
}

/** `<worker N>` sections differ: each worker's part is checked before any of them starts. */
async function checkOtherWorkers(workers: number, options: CliOptions, log: Log): Promise<boolean> {
  if (!cluster.isPrimary) return true;
  for (let id = 1; id < workers; id++)
    if ((await prepare(newWorker(options, log, id), options, log)) === undefined) return false;
  return true;
}

function newWorker(options: CliOptions, log: Log, workerId = WORKER): Worker {
  return new Worker({
    configFile: options.config,
    load: { type: options.configType, encoding: options.encoding, inline: options.inlineConfig },
    overrides: options.system,
    embed: createEmbed({ env: process.env, hostname: os.hostname(), workerId }),
    env: process.env,
    ports: realPorts,
    log,
    metrics: new MetricsRegistry(),
    logPath: options.logFile,
    process,
    taps,
    workerId,
  });
}

/** Kept over reloads: a pipeline that stops still logs. */
const secrets = new Secrets();

/** Kept over reloads: who looks goes on looking. */
const taps = new Taps();

/** Without a place for the socket (a read-only disk) the agent runs, and nobody can look. */
async function openTap(log: Log): Promise<TapServer | undefined> {
  const given = process.env['SLUICE_SOCKET'];
  // Each worker is a process with a socket of its own.
  const socket = given === undefined ? defaultSocket(process.pid) : WORKER === 0 ? given : `${given}.${WORKER}`;
  try {
    return await startTap(taps, socket);
  } catch (error) {
    log.logger().debug('no socket for sluice tap', { socket, error });
    return undefined;
  }
}

/** Reads the configuration and tells all its problems; undefined where it cannot be used. */
async function prepare(worker: Worker, options: CliOptions, log: Log): Promise<Prepared | undefined> {
  const logger = log.logger();
  let prepared: Prepared;
  try {
    prepared = await worker.prepare();
  } catch (error) {
    logger.error(`config error: ${options.config}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
  const { problems, system } = prepared;
  log.options.level = options.logLevel ?? system.logLevel ?? 'info';
  log.options.format = system.logFormat;
  log.options.time = logTime(system.logTimeFormat);
  const { age, size } = system.rotation;
  // Where the command line says nothing of it the file is opened again, now to be put aside.
  if (options.logFile !== undefined && rotationOf(options) === undefined && (age ?? size) !== undefined)
    log.options.write = openLogFile(options.logFile, { age, size });
  for (const problem of problems.warnings) log.logger().warn(problemText(problem));
  // Errors are told whatever the rate limit says: each is a different mistake.
  for (const problem of problems.errors) process.stderr.write(`config error ${problemText(problem)}\n`);
  return problems.errors.length === 0 ? prepared : undefined;
}

function logTime(format: string): (ms: number) => string {
  const strftime = compileStrftime(format, {});
  return (ms) => strftime(Math.floor(ms / 1000), (ms % 1000) * 1_000_000);
}

function openLog(options: CliOptions): Log {
  const level: Level = options.logLevel ?? 'info';
  const write =
    options.logFile === undefined
      ? (text: string) => writeAll(1, text)
      : openLogFile(options.logFile, rotationOf(options) ?? { age: undefined, size: undefined });
  return new Log({ level, format: 'text', time: logTime('%Y-%m-%d %H:%M:%S %z'), write, workerId: WORKER }, secrets);
}

function rotationOf({ rotateAge: age, rotateSize: size }: CliOptions): Rotation | undefined {
  return (age ?? size) === undefined ? undefined : { age, size };
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`sluice: ${secrets.redact(text)}\n`);
  return 1;
});
// Keep-alive sockets and watchers must not hold a finished agent.
process.exit();
