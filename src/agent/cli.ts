/** Fluentd's command line: what each option means here, or that it is accepted without effect. Pure: text in, options out. */
import type { Level } from './telemetry/log.ts';

export interface CliOptions {
  config: string;
  dryRun: boolean;
  /** Level given by -v/-q; undefined: from <system>, else info. */
  logLevel: Level | undefined;
  logFile: string | undefined;
  supervisor: boolean;
  metrics: boolean;
  version: boolean;
  help: boolean;
  showPluginConfig: string | undefined;
  /** Options that were accepted without effect. */
  ignored: string[];
  errors: string[];
}

export const DEFAULT_CONFIG = '/etc/fluent/fluent.conf';

interface Option {
  names: readonly string[];
  /** Name of the value in the help; absent for a switch. */
  value?: string;
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
  { names: ['-p', '--plugin'], value: 'DIR', doc: 'accepted: Ruby plugins cannot be loaded' },
  { names: ['-r'], value: 'LIB', doc: 'accepted: Ruby libraries cannot be loaded' },
  { names: ['-I'], value: 'DIR', doc: 'accepted, no effect' },
  { names: ['-s', '--setup'], value: 'DIR', doc: 'accepted, no effect' },
  { names: ['-g', '--gemfile'], value: 'FILE', doc: 'accepted, no effect' },
  { names: ['-G', '--gem-path'], value: 'DIR', doc: 'accepted, no effect' },
  { names: ['-i', '--inline-config'], value: 'TEXT', doc: 'accepted, no effect' },
  { names: ['-d', '--daemon'], value: 'PIDFILE', doc: 'accepted, no effect: run it under a supervisor' },
  { names: ['-u', '--user'], value: 'USER', doc: 'accepted, no effect' },
  { names: ['--group'], value: 'GROUP', doc: 'accepted, no effect' },
  { names: ['--umask'], value: 'MASK', doc: 'accepted, no effect' },
  { names: ['--emit-error-log-interval'], value: 'SECONDS', doc: 'accepted, no effect' },
  { names: ['--suppress-repeated-stacktrace'], value: 'BOOL', doc: 'accepted, no effect' },
  { names: ['--without-source'], doc: 'accepted; use <system> without_source' },
  { names: ['--use-v1-config'], doc: 'accepted: v1 is the only syntax', apply: () => undefined },
  { names: ['--use-shared-socket', '--disable-shared-socket'], doc: 'accepted, no effect' },
  { names: ['--config-file-type'], value: 'TYPE', doc: 'accepted: the type follows from the file’s ending' },
  { names: ['--strict-config-value'], doc: 'accepted; use <system> strict_config_value' },
  { names: ['--conf-encoding'], value: 'ENC', doc: 'accepted: UTF-8' },
  { names: ['--log-rotate-age', '--log-rotate-size', '--log-event-verbose'], doc: 'accepted, no effect' },
];

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
  const short = /^(-[coprsIgGidu])(.+)$/s.exec(word);
  return short === null || word.startsWith('--') ? [word] : [short[1]!, short[2]!];
}

function readOption(queue: string[], options: CliOptions): void {
  const word = queue.shift()!;
  const option = OPTIONS.find((candidate) => candidate.names.includes(word));
  if (option === undefined) {
    options.errors.push(`unknown option: ${word}`);
    return;
  }
  const value = option.value === undefined ? '' : queue.shift();
  if (value === undefined) options.errors.push(`option ${word} needs a value: ${option.value}`);
  else if (option.apply === undefined) options.ignored.push(word);
  else option.apply(options, value);
}

export function helpText(): string {
  const lines = OPTIONS.map(
    (o) => `  ${o.names.join(', ')}${o.value === undefined ? '' : ` ${o.value}`}`.padEnd(34) + o.doc,
  );
  return `Usage: sluice [options]              run the agent (fluentd's command line)

${lines.join('\n')}
`;
}
