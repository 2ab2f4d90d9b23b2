/** The `<system>` section: settings of the whole agent. */
import { checkSection } from '../config/check.ts';
import type { Element } from '../config/element.ts';
import type { Problems } from '../config/problems.ts';
import type { SectionSpec } from '../config/schema.ts';
import { typedValue } from '../config/types.ts';
import type { Level } from './telemetry/log.ts';
import { isRotateAge, type Rotation } from './telemetry/log-file.ts';

const LEVEL = { type: 'enum', values: ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] } as const;

export const systemSchema = {
  doc: 'Settings of the whole agent.',
  params: {
    workers: { type: 'integer', default: '1', doc: 'Worker processes.' },
    root_dir: { type: 'string', doc: 'Folder for buffers and storages whose plugin has an @id but no path.' },
    log_level: { ...LEVEL, doc: 'Level of the own log.' },
    suppress_repeated_stacktrace: {
      type: 'bool',
      default: 'true',
      doc: 'No effect: stack traces are not logged.',
      fluentd: 'ignored',
    },
    ignore_repeated_log_interval: {
      type: 'time',
      doc: 'No effect: the own log is rate-limited anyway.',
      fluentd: 'ignored',
    },
    ignore_same_log_interval: {
      type: 'time',
      doc: 'No effect: the own log is rate-limited anyway.',
      fluentd: 'ignored',
    },
    emit_error_log_interval: {
      type: 'time',
      doc: 'No effect: the own log is rate-limited anyway.',
      fluentd: 'ignored',
    },
    suppress_config_dump: {
      type: 'bool',
      default: 'false',
      doc: 'No effect: the configuration is not printed.',
      fluentd: 'ignored',
    },
    log_event_verbose: { type: 'bool', default: 'false', doc: 'No effect.', fluentd: 'ignored' },
    without_source: { type: 'bool', default: 'false', doc: 'Start without inputs, to flush buffers.' },
    rpc_endpoint: { type: 'string', doc: 'Not supported; use signals.', fluentd: 'ignored' },
    enable_get_dump: { type: 'bool', default: 'false', doc: 'Not supported.', fluentd: 'ignored' },
    process_name: { type: 'string', doc: 'Name of the process.' },
    file_permission: { type: 'string', doc: 'Octal permissions of files that are made.' },
    dir_permission: { type: 'string', doc: 'Octal permissions of folders that are made.' },
    strict_config_value: { type: 'bool', default: 'false', doc: 'Refuse numbers with trailing text and the like.' },
    enable_msgpack_time_support: { type: 'bool', default: 'false', doc: 'No effect.', fluentd: 'ignored' },
    disable_shared_socket: {
      type: 'bool',
      default: 'false',
      doc: 'No effect: workers share the sockets of one port, which without sharing only one of them could open.',
      fluentd: 'ignored',
    },
    enable_input_metrics: {
      type: 'bool',
      default: 'false',
      doc: 'Metrics of inputs are always on.',
      fluentd: 'ignored',
    },
    enable_size_metrics: { type: 'bool', default: 'false', doc: 'Size metrics are always on.', fluentd: 'ignored' },
    enable_jit: { type: 'bool', default: 'false', doc: 'No effect.', fluentd: 'ignored' },
    dump_without_config: { type: 'bool', doc: 'No effect.', fluentd: 'ignored' },
    restart_worker_interval: { type: 'time', default: '0', doc: 'Seconds before a worker that died is started again.' },
  },
  sections: {
    log: {
      doc: 'The own log.',
      params: {
        format: { type: 'enum', values: ['text', 'json'], default: 'text', doc: 'Lines as text or JSON.' },
        time_format: { type: 'string', default: '%Y-%m-%d %H:%M:%S %z', doc: 'strftime of a line’s time.' },
        rotate_age: { type: 'string', doc: 'Log files to keep, or daily, weekly, monthly.' },
        rotate_size: { type: 'size', doc: 'Size (bytes) at which a log file is put aside.' },
        forced_stacktrace_level: { type: 'string', doc: 'No effect.', fluentd: 'ignored' },
      },
    },
    counter_server: { doc: 'Not supported.', params: {}, anyParam: true },
    counter_client: { doc: 'Not supported.', params: {}, anyParam: true },
    source_only_buffer: { doc: 'Not supported.', params: {}, anyParam: true },
    metrics: { doc: 'Not supported.', params: {}, anyParam: true },
  },
} as const satisfies SectionSpec;

export interface SystemConfig {
  readonly workers: number;
  /** Seconds. */
  readonly restartWorkerInterval: number;
  readonly rootDir: string | undefined;
  readonly logLevel: Level | undefined;
  readonly logFormat: 'text' | 'json';
  readonly logTimeFormat: string;
  readonly rotation: Rotation;
  readonly fileMode: number;
  readonly dirMode: number;
  readonly withoutSource: boolean;
  readonly strict: boolean;
  readonly processName: string | undefined;
  /** Seconds of a time parameter's text; undefined for an empty or wrong one. */
  seconds(text: string): number | undefined;
}

/** Permissions of new files and folders, as Fluentd's. */
const FILE_MODE = 0o644;
const DIR_MODE = 0o755;

/** `overrides`: parameters that the command line sets. */
export function systemConfig(
  root: Element,
  problems: Problems,
  overrides: Readonly<Record<string, string>> = {},
): SystemConfig {
  const [given = root.bare('system'), second] = root.children.filter((child) => child.name === 'system');
  if (second !== undefined) problems.error(second, '<system> is duplicated. <system> should be only one');
  const element = Object.entries(overrides).reduce((whole, [name, value]) => whole.withParam(name, value), given);
  const config = checkSection(systemSchema, element, problems, {
    strict: overrides['strict_config_value'] === 'true',
  });
  const log = config.$sections.log[0];
  const age = log?.rotate_age;
  if (age !== undefined && !isRotateAge(age)) problems.error(element, `invalid value for Integer(): "${age}"`);
  if (config.workers < 1) problems.error(element, `invalid number of workers (must be > 0):${config.workers}`);
  return {
    workers: Math.max(1, config.workers),
    rotation: { age, size: log?.rotate_size },
    restartWorkerInterval: config.restart_worker_interval,
    rootDir: config.root_dir,
    logLevel: config.log_level,
    logFormat: log?.format ?? 'text',
    logTimeFormat: log?.time_format ?? '%Y-%m-%d %H:%M:%S %z',
    fileMode: octal(config.file_permission, FILE_MODE),
    dirMode: octal(config.dir_permission, DIR_MODE),
    withoutSource: config.without_source,
    strict: config.strict_config_value,
    processName: config.process_name,
    seconds: (text) => (text === '' ? undefined : (typedValue(text, { type: 'time', doc: '' }) as number)),
  };
}

function octal(text: string | undefined, fallback: number): number {
  const value = text === undefined ? Number.NaN : Number.parseInt(text, 8);
  return Number.isNaN(value) ? fallback : value;
}
