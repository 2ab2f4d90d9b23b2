/**
 * The own log, in Fluentd's format: `2026-11-23 02:30:00 +0000 [warn]: #0 [plugin id] message key="value"`, or JSON lines.
 *
 * Guarantees: one kind of message (plugin, level, beginning of the text) prints at most BURST lines in WINDOW_MS; what was
 * left out is counted and told. No secret that was told to `secrets` is printed or given on, whatever brought it here. Field values are printed quoted, so no log line can forge another one. Levels `warn`
 * and above may be taken as events (`fluent.warn`) by whoever calls `onEvent`.
 */
import { Secrets } from '../../config/secrets.ts';
import type { LogFields, Logger } from '../../pipeline/plugin.ts';

export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
export const LEVELS: readonly Level[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

const BURST = 50;
const WINDOW_MS = 10_000;
/** Kinds of messages remembered for the rate limit; the map is emptied when it is full. */
const MAX_KINDS = 1000;

export interface LogEntry {
  readonly level: Level;
  readonly timeMs: number;
  readonly message: string;
  readonly fields: LogFields;
  readonly pluginId: string | undefined;
}

export interface LogOptions {
  level: Level;
  format: 'text' | 'json';
  /** Formats a time (ms) for a text line; default `%Y-%m-%d %H:%M:%S %z`. */
  time: (ms: number) => string;
  /** Takes one line with its line end. */
  write: (text: string) => void;
  workerId: number;
}

interface Kind {
  since: number;
  printed: number;
  suppressed: number;
}

export class Log {
  readonly options: LogOptions;
  readonly secrets: Secrets;
  readonly #kinds = new Map<string, Kind>();
  #listener: ((entry: LogEntry) => void) | undefined;
  /** Set while the listener runs: what the pipeline logs about a log event is printed but not emitted again. */
  #listening = false;

  /** `secrets`: of all configurations that this process has read; they are kept over a reload. */
  constructor(options: LogOptions, secrets = new Secrets()) {
    this.options = options;
    this.secrets = secrets;
  }

  /** Every entry that is printed is also given to `listener`: for `fluent.*` events. */
  onEvent(listener: ((entry: LogEntry) => void) | undefined): void {
    this.#listener = listener;
  }

  /** A logger for one plugin; `level` is its `@log_level`. `pluginId` is printed only where it was configured. */
  logger(pluginId?: string, level?: Level): Logger {
    const own = level ?? this.options.level;
    const from = LEVELS.indexOf(own);
    const at =
      (name: Level) =>
      (message: string, fields: LogFields = {}) => {
        if (LEVELS.indexOf(name) >= from) this.#put({ level: name, timeMs: Date.now(), message, fields, pluginId });
      };
    return {
      level: own,
      trace: at('trace'),
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
    };
  }

  /** Prints text as it is (stdout plugins). */
  raw(text: string): void {
    this.options.write(text);
  }

  #put(raw: LogEntry): void {
    const suppressed = this.#admit(raw);
    if (suppressed < 0) return;
    const entry = this.#redacted(raw);
    const shown = suppressed > 0 ? { ...entry, fields: { ...entry.fields, suppressed_similar: suppressed } } : entry;
    this.options.write(this.options.format === 'json' ? this.#json(shown) : this.#text(shown));
    this.#tell(shown);
  }

  #redacted(entry: LogEntry): LogEntry {
    const redact = (value: unknown): unknown => {
      if (typeof value === 'string') return this.secrets.redact(value);
      if (value instanceof Error) return this.secrets.redact(value.message);
      if (Array.isArray(value)) return value.map(redact);
      if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
        return value;
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, redact(inner)]));
    };
    return {
      ...entry,
      message: this.secrets.redact(entry.message),
      fields: redact(entry.fields) as LogFields,
    };
  }

  #tell(entry: LogEntry): void {
    if (this.#listener === undefined || this.#listening) return;
    this.#listening = true;
    try {
      this.#listener(entry);
    } finally {
      this.#listening = false;
    }
  }

  /** -1: leave out; else the number of similar entries left out since the last printed one. */
  #admit(entry: LogEntry): number {
    const key = `${entry.pluginId ?? ''}\0${entry.level}\0${entry.message.slice(0, 32)}`;
    let kind = this.#kinds.get(key);
    if (kind === undefined) {
      if (this.#kinds.size >= MAX_KINDS) this.#kinds.clear();
      kind = { since: entry.timeMs, printed: 0, suppressed: 0 };
      this.#kinds.set(key, kind);
    }
    if (entry.timeMs - kind.since >= WINDOW_MS) {
      kind.since = entry.timeMs;
      kind.printed = 0;
    }
    if (kind.printed >= BURST) {
      kind.suppressed++;
      return -1;
    }
    kind.printed++;
    const { suppressed } = kind;
    kind.suppressed = 0;
    return suppressed;
  }

  #text(entry: LogEntry): string {
    const id = entry.pluginId === undefined ? '' : `[${entry.pluginId}] `;
    let line = `${this.options.time(entry.timeMs)} [${entry.level}]: #${this.options.workerId} ${id}${oneLine(entry.message)}`;
    for (const [key, value] of Object.entries(entry.fields)) line += ` ${key}=${inspect(value)}`;
    return `${line}\n`;
  }

  #json(entry: LogEntry): string {
    const fields = Object.fromEntries(Object.entries(entry.fields).map(([k, v]) => [k, plain(v)]));
    const id = entry.pluginId === undefined ? {} : { plugin_id: entry.pluginId };
    return `${JSON.stringify({
      time: this.options.time(entry.timeMs),
      level: entry.level,
      worker_id: this.options.workerId,
      ...id,
      message: entry.message,
      ...fields,
    })}\n`;
  }
}

/** Line ends inside a message would forge log lines. */
function oneLine(message: string): string {
  return message.replace(/\n$/, '').replaceAll('\r', '\\r').replaceAll('\n', '\\n');
}

function plain(value: unknown): unknown {
  return value instanceof Error ? value.message : typeof value === 'bigint' ? value.toString() : value;
}

/** Roughly Ruby's inspect: strings quoted, errors as their message, nil for nothing. */
function inspect(value: unknown): string {
  if (value === undefined || value === null) return 'nil';
  if (value instanceof Error) return JSON.stringify(value.message);
  return JSON.stringify(plain(value)) ?? String(value);
}
