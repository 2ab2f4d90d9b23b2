/**
 * Fluentd's command line: what each option means here, or that it is accepted without effect. Pure: text in, options out. As in
 * Fluentd the last of two equal options counts, long names may be shortened, and options that `<system>` has too win over it.
 */
import type { Level } from './telemetry/log.ts';
import { isRotateAge } from './telemetry/log-file.ts';

export interface CliOptions {
  config: string;
  dryRun: boolean;
  /** Level given by -v/-q; undefined: from <system>, else info. */
  logLevel: Level | undefined;
  logFile: string | undefined;
  /** Log files to keep, or a period; see log-file.ts. */
  rotateAge: string | undefined;
  /** Bytes. */
  rotateSize: number | undefined;
  supervisor: boolean;
  metrics: boolean;
  version: boolean;
  help: boolean;
  showPluginConfig: string | undefined;
  /** Text behind the configuration file's own; `-`: from standard input. */
  inlineConfig: string | undefined;
  /** `guess`: by the file's ending. */
  configType: 'guess' | 'yaml';
  /** Encoding of the configuration file, as TextDecoder names it. */
  encoding: string;
  /** Parameters of `<system>` that the command line sets. */
  system: Record<string, string>;
  /** User and group (name or number) to change to. */
  user: string | undefined;
  group: string | undefined;
  umask: number | undefined;
  /** File for the process id of the agent in the background. */
  daemon: string | undefined;
  /** Folder for a first configuration. */
  setup: string | undefined;
  /** Options that were accepted without effect. */
  ignored: string[];
  errors: string[];
}

export const DEFAULT_CONFIG = '/etc/fluent/fluent.conf';

interface Option {
  names: readonly string[];
  /** Name of the value in the help; absent for a switch. */
  value?: string;
  /** What it is without a value. */
  fallback?: string;
  doc: string;
  apply?: (options: CliOptions, value: string) => void;
}

const LOUDER: readonly Level[] = ['info', 'debug', 'trace'];
const QUIETER: readonly Level[] = ['info', 'warn', 'error'];

function step(options: CliOptions, scale: readonly Level[]): void {
  const at = scale.indexOf(options.logLevel ?? 'info');
  options.logLevel = scale[Math.min(Math.max(at, 0) + 1, scale.length - 1)];
}

const OPTIONS: readonly Option[] = [
  {
    names: ['-c', '--config'],
    value: 'FILE',
    doc: `configuration file (default: FLUENTD_CONF, ${DEFAULT_CONFIG})`,
    apply: (o, v) => void (o.config = v),
  },
  { names: ['--dry-run'], doc: 'check the configuration and exit', apply: (o) => void (o.dryRun = true) },
  { names: ['-v', '--verbose'], doc: 'more log (-v: debug, -vv: trace)', apply: (o) => step(o, LOUDER) },
  { names: ['-q', '--quiet'], doc: 'less log (-q: warn, -qq: error)', apply: (o) => step(o, QUIETER) },
  { names: ['-o', '--log'], value: 'FILE', doc: 'log to a file', apply: (o, v) => void (o.logFile = v) },
  { names: ['--no-supervisor'], doc: 'run as one process', apply: (o) => void (o.supervisor = false) },
  {
    names: ['--no-metrics'],
    doc: 'no /metrics on port 24231 unless configured',
    apply: (o) => void (o.metrics = false),
  },
  {
    names: ['--show-plugin-config'],
    value: 'KIND:TYPE',
    doc: 'print a plugin’s parameters',
    apply: (o, v) => void (o.showPluginConfig = v),
  },
  { names: ['--version'], doc: 'print the version', apply: (o) => void (o.version = true) },
  { names: ['-h', '--help'], doc: 'print this help', apply: (o) => void (o.help = true) },
  {
    names: ['-i', '--inline-config'],
    value: 'TEXT',
    doc: 'text that is added to the configuration file',
    apply: (o, v) => void (o.inlineConfig = v),
  },
  { names: ['--workers'], value: 'NUM', doc: 'number of worker processes', apply: system('workers') },
  { names: ['--without-source'], doc: 'run without inputs', apply: system('without_source') },
  {
    names: ['--strict-config-value'],
    doc: 'refuse values that are not wholly of their type',
    apply: system('strict_config_value'),
  },
  {
    names: ['--suppress-config-dump'],
    doc: 'the configuration is not printed anyway',
    apply: system('suppress_config_dump'),
  },
  {
    names: ['--disable-shared-socket'],
    doc: 'workers do not share listening sockets',
    apply: system('disable_shared_socket'),
  },
  {
    names: ['--config-file-type'],
    value: 'TYPE',
    doc: 'yaml, or guess by the file’s ending',
    apply: (o, v) => {
      if (v === 'yaml' || v === 'yml' || v === 'guess') o.configType = v === 'guess' ? 'guess' : 'yaml';
      else o.errors.push('--config-file-type accepts yaml/yml or guess');
    },
  },
  {
    names: ['--conf-encoding'],
    value: 'ENC',
    doc: 'encoding of the configuration file',
    apply: (o, v) => {
      if (isEncoding(v)) o.encoding = v;
      else o.errors.push(`unknown encoding: ${v}`);
    },
  },
  { names: ['--user'], value: 'USER', doc: 'change to this user', apply: (o, v) => void (o.user = v) },
  { names: ['--group'], value: 'GROUP', doc: 'change to this group', apply: (o, v) => void (o.group = v) },
  {
    names: ['--umask'],
    value: 'MASK',
    doc: 'permissions that new files do not get (octal)',
    apply: (o, v) => void (o.umask = Number.parseInt(v, 8) || 0),
  },
  {
    names: ['-d', '--daemon'],
    value: 'PIDFILE',
    doc: 'run in the background; its process id goes into the file',
    apply: (o, v) => void (o.daemon = v),
  },
  {
    names: ['-s', '--setup'],
    value: 'DIR',
    fallback: '/etc/fluent',
    doc: 'write a first configuration into a folder',
    apply: (o, v) => void (o.setup = v),
  },
  {
    names: ['--log-rotate-age'],
    value: 'AGE',
    doc: 'log files to keep, or daily, weekly, monthly',
    apply: (o, v) => {
      if (isRotateAge(v)) o.rotateAge = v;
      else o.errors.push('log-rotate-age should be daily, weekly, monthly or a number');
    },
  },
  {
    names: ['--log-rotate-size'],
    value: 'BYTES',
    doc: 'size at which a log file is put aside',
    apply: (o, v) => void (o.rotateSize = Number.parseInt(v, 10) || 0),
  },
  {
    names: ['--emit-error-log-interval'],
    value: 'SECONDS',
    doc: 'the own log is rate-limited anyway',
    apply: system('emit_error_log_interval'),
  },
  {
    names: ['--suppress-repeated-stacktrace'],
    value: 'BOOL',
    fallback: 'true',
    doc: 'stack traces are not printed',
    apply: () => undefined,
  },
  { names: ['--log-event-verbose'], doc: 'no effect', apply: () => undefined },
  { names: ['--enable-input-metrics'], doc: 'they are always on', apply: () => undefined },
  { names: ['--enable-size-metrics'], doc: 'they are always on', apply: () => undefined },
  { names: ['--use-v1-config'], doc: 'v1 is the only syntax', apply: () => undefined },
  {
    names: ['--use-v0-config'],
    doc: 'refused: the syntax of Fluentd 0.10 is not supported',
    apply: (o) => void o.errors.push('--use-v0-config is not supported: the configuration has to be of v1 syntax'),
  },
  { names: ['-p', '--plugin'], value: 'DIR', doc: 'accepted: Ruby plugins cannot be loaded' },
  { names: ['-r'], value: 'LIB', doc: 'accepted: Ruby libraries cannot be loaded' },
  { names: ['-I'], value: 'DIR', doc: 'accepted, no effect' },
  { names: ['-g', '--gemfile'], value: 'FILE', doc: 'accepted, no effect' },
  { names: ['-G', '--gem-path'], value: 'DIR', doc: 'accepted, no effect' },
];

/** An option that sets a parameter of `<system>`; a switch sets `true`. */
function system(name: string): (options: CliOptions, value: string) => void {
  return (options, value) => void (options.system[name] = value === '' ? 'true' : value);
}

function isEncoding(name: string): boolean {
  try {
    return new TextDecoder(name) !== undefined;
  } catch {
    return false;
  }
}

/** Arguments of a process and of FLUENTD_OPT / FLUENTD_ARGS, which come first. */
export function parseArguments(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): CliOptions {
  const confDir = env['FLUENTD_CONF'];
  const options: CliOptions = {
    config: confDir === undefined ? DEFAULT_CONFIG : confDir.startsWith('/') ? confDir : `/fluentd/etc/${confDir}`,
    dryRun: false,
    logLevel: undefined,
    logFile: undefined,
    supervisor: true,
    metrics: true,
    version: false,
    help: false,
    showPluginConfig: undefined,
    inlineConfig: undefined,
    configType: 'guess',
    encoding: 'utf-8',
    system: {},
    user: undefined,
    group: undefined,
    umask: undefined,
    daemon: undefined,
    setup: undefined,
    rotateAge: undefined,
    rotateSize: undefined,
    ignored: [],
    errors: [],
  };
  const words = [env['FLUENTD_OPT'], env['FLUENTD_ARGS']].flatMap((text) => text?.split(/\s+/).filter(Boolean) ?? []);
  const queue = [...words, ...argv].flatMap(splitWord);
  while (queue.length > 0) readOption(queue, options);
  return options;
}

/** `--name=value` and `-vv` become separate words. */
function splitWord(word: string): string[] {
  const long = /^(--[\w-]+)=(.*)$/s.exec(word);
  if (long !== null) return [long[1]!, long[2]!];
  const repeated = /^-([vq])\1+$/.exec(word);
  if (repeated !== null) return [...word.slice(1)].map((letter) => `-${letter}`);
  const short = /^(-[coprsIgGid])(.+)$/s.exec(word);
  return short === null || word.startsWith('--') ? [word] : [short[1]!, short[2]!];
}

function readOption(queue: string[], options: CliOptions): void {
  const word = queue.shift()!;
  const option = optionOf(word);
  if (option === undefined) {
    options.errors.push(`unknown option: ${word}`);
    return;
  }
  const value = option.value === undefined ? '' : nextValue(option, queue);
  if (value === undefined) options.errors.push(`option ${word} needs a value: ${option.value}`);
  else if (option.apply === undefined) options.ignored.push(word);
  else option.apply(options, value);
}

function nextValue({ fallback }: Option, queue: string[]): string | undefined {
  return fallback === undefined || !(queue[0] ?? '-').startsWith('-') ? queue.shift() : fallback;
}

/** Long names may be cut short where only one option begins like that. */
function optionOf(word: string): Option | undefined {
  const option = OPTIONS.find((candidate) => candidate.names.includes(word));
  if (option !== undefined || !/^--./.test(word)) return option;
  const [begun, second] = OPTIONS.filter(({ names }) => names.some((name) => name.startsWith(word)));
  return second === undefined ? begun : undefined;
}

export function helpText(): string {
  const names = OPTIONS.map((o) => `  ${o.names.join(', ')}${o.value === undefined ? '' : ` ${o.value}`}`);
  const width = Math.max(...names.map((name) => name.length)) + 2;
  const lines = OPTIONS.map((o, i) => names[i]!.padEnd(width) + o.doc);
  return `Usage: sluice [options]              run the agent (fluentd's command line)

${lines.join('\n')}
`;
}
