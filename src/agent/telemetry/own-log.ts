/** The own log as the command line and `<system>` want it: where to, how much, in which form, put aside when. */
import type { Secrets } from '../../config/secrets.ts';
import { compileStrftime } from '../../pipeline/codec/time.ts';
import type { CliOptions } from '../cli.ts';
import type { SystemConfig } from '../system.ts';
import { Log } from './log.ts';
import { openLogFile, type Rotation, writeAll } from './log-file.ts';

const TIME_FORMAT = '%Y-%m-%d %H:%M:%S %z';

/** By the command line alone: before a configuration was read. */
export function openLog(options: CliOptions, secrets: Secrets, workerId: number): Log {
  const { logFile, logLevel: level = 'info' } = options;
  const write =
    logFile === undefined
      ? (text: string) => writeAll(1, text)
      : openLogFile(logFile, rotationOf(options) ?? { age: undefined, size: undefined });
  return new Log({ level, format: 'text', time: timeText(TIME_FORMAT), write, workerId }, secrets);
}

/** What the command line leaves open is said by `<system>`. */
export function applySystem(log: Log, options: CliOptions, system: SystemConfig): void {
  log.options.level = options.logLevel ?? system.logLevel ?? 'info';
  log.options.format = system.logFormat;
  log.options.time = timeText(system.logTimeFormat);
  const { age, size } = system.rotation;
  // Where the command line says nothing of it the file is opened again, now to be put aside.
  if (options.logFile !== undefined && rotationOf(options) === undefined && (age ?? size) !== undefined)
    log.options.write = openLogFile(options.logFile, { age, size });
}

function timeText(format: string): (ms: number) => string {
  const strftime = compileStrftime(format, {});
  return (ms) => strftime(Math.floor(ms / 1000), (ms % 1000) * 1_000_000);
}

function rotationOf({ rotateAge: age, rotateSize: size }: CliOptions): Rotation | undefined {
  return (age ?? size) === undefined ? undefined : { age, size };
}
