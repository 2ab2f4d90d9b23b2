/**
 * Contracts between plugins and their host (the agent). A plugin is one file or folder that exports one definition, and
 * one line in the registry.
 *
 * Life cycle: the host checks the configuration against the schema, calls `create` (throws PluginConfigError where
 * the schema cannot tell), then `start` of outputs, filters, inputs in this order; `stop` in the reverse order. `stop` may
 * be called twice or without `start`. Definitions are data; `create` does no I/O.
 */

import type { Element } from '../config/element.ts';
import type { ConfigOf, SectionSpec } from '../config/schema.ts';
import type { Column, Columns, Template } from './core/columns.ts';
import type { EventStream, LogEvent } from './core/event.ts';
import type { Piece } from './core/kernel/index.ts';
import type { Ports } from './core/ports.ts';
import type { Value } from './core/value.ts';

/** Fields after a log message, printed as ` key=value` in Fluentd's format. Never put secrets or whole records here. */
export type LogFields = Record<string, unknown>;

/** Own log of one plugin, at its `@log_level`; the host adds time, worker and `[plugin id]`. */
export interface Logger {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  trace(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export type Labels = Record<string, string>;
export interface Observer {
  observe(value: number, labels?: Labels): void;
  /** A label set with nothing observed yet. */
  init(labels: Labels): void;
  remove(labels: Labels): void;
}
/** Asking twice for a name gives the same metric. @throws SluiceError where its type or help differs. */
export interface Metrics {
  counter(
    name: string,
    help: string,
    labelNames?: readonly string[],
  ): { inc(by?: number, labels?: Labels): void; remove(labels: Labels): void };
  gauge(
    name: string,
    help: string,
    labelNames?: readonly string[],
  ): {
    set(value: number, labels?: Labels): void;
    inc(by?: number, labels?: Labels): void;
    remove(labels: Labels): void;
    /** Forgets every label set. */
    clear(): void;
  };
  /** `bounds`: how a bucket's bound is written in its label, where not as a number is. */
  histogram(
    name: string,
    help: string,
    buckets: readonly number[],
    labelNames?: readonly string[],
    bounds?: ReadonlyMap<number, string>,
  ): Observer;
  summary(name: string, help: string, labelNames?: readonly string[]): Observer;
  /** Called before each exposition: for gauges that are read rather than kept. */
  onCollect(collect: () => void): void;
}

/** What every plugin gets from its host. */
export interface Host {
  /** `@id`, or a made-up `object:…` id as Fluentd has. */
  readonly id: string;
  /** True when the configuration gives `@id`. */
  readonly hasId: boolean;
  readonly type: string;
  readonly element: Element;
  readonly log: Logger;
  /** The agent's own metrics (`sluice_…`). */
  readonly metrics: Metrics;
  /** Metrics that the configuration asks for (prometheus plugins): every prometheus source shows them. */
  readonly exposed: Metrics;
  readonly ports: Ports;
  readonly workerId: number;
  readonly workers: number;
  /** `<system> root_dir`. */
  readonly rootDir: string | undefined;
  /** Name of this node in the cluster: K8S_NODE_NAME, else NODE_NAME, else the host name. */
  readonly nodeName: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Compiles a parser / formatter from a `<parse>` / `<format>` element (or a bare `@type` with defaults). A parser's own inner parsers are
   * used as it is itself, unless told otherwise.
   */
  parser(element: Element | undefined, fallbackType?: string, use?: ParserUse): Parser;
  formatter(element: Element | undefined, fallbackType?: string): Formatter;
  /** For parsers: how the lines come and what for. */
  readonly use: ParserUse;
  /** A secret that came up while the agent runs: no log line will tell it. Those of the configuration are known. */
  conceal(secret: string): void;
  /** Prints text on the stream of the own log as it is (stdout plugins). */
  print(text: string): void;
  /** Puts a bad event on the error stream (`@ERROR` label, else logged and dropped). */
  emitError(tag: string, event: LogEvent, error: unknown): void;
}

export interface Running {
  start?(): void | Promise<void>;
  /** Outputs that hold events back for other outputs (detect_exceptions): emits them, before any output stops. */
  beforeStop?(): void | Promise<void>;
  stop?(): void | Promise<void>;
  /** SIGUSR1 and tests: move on without waiting for timers. */
  flush?(): void | Promise<void>;
}

// ------------------------------------------------------------------ parsers, formatters

/** How a parser is used. */
export interface ParserUse {
  /** What a line is to regexps: bytes (the default, as for inputs without an encoding) or UTF-8 text. */
  readonly encoding?: 'bytes' | 'utf-8';
  /** Records that have no time and may not take the current one are wanted, with NULL_TIME; else they are unmatched. */
  readonly timeless?: true;
}

export interface Parser {
  /** Name as `@type` has it. */
  readonly type: string;
  /**
   * Parses one line (byte string, no line end). Calls `yield` once per record, with undefined for an unmatched line. An event
   * whose time is unknown has sec NO_TIME. @throws ParserError for a line that is broken rather than unmatched.
   */
  parse(line: string, emit: (event: LogEvent | undefined) => void): void;
  /** Parsers that take a value which is no text, as it is; a line never comes here. */
  whole?(value: Value, emit: (event: LogEvent | undefined) => void): void;
  /**
   * Lines at the beginning of the kernel's block (`length` bytes of whole lines) that are alike, with their times; undefined where they must be
   * parsed one by one. The records are those that `parse` would give.
   */
  columns?(length: number): Columns | undefined;
  /** The fields of the text in a column of all rows, which have no time; undefined where they must be parsed one by one. */
  fields?(columns: Columns, column: Column): Template | undefined;
  /** multiline parsers: tells whether a line starts a new record. */
  readonly firstLine?: (line: string) => boolean;
  /** multiline parsers without a first line: lines are collected until `parse` gives a record. */
  readonly accumulates?: true;
}

export interface Formatter {
  readonly type: string;
  /** One event as bytes (byte string), with the line end where the format has one. */
  format(tag: string, event: LogEvent): string;
}

// ------------------------------------------------------------------ inputs

/** What the agent tells of itself to monitoring inputs. */
export interface AgentView {
  /** In Prometheus' text format: what the configuration asks for; with `own`, the agent's own metrics too. */
  metricsText(own: boolean): Promise<string>;
  /** Several workers' texts as one. */
  mergeMetrics(texts: readonly string[]): string;
  /** True while the inputs run. */
  running(): boolean;
  /** What monitor_agent tells of the process. */
  process(): ProcessView;
  /** Every plugin that runs, in the order of the configuration. */
  plugins(): PluginView[];
  /** The output that events of this tag without a label reach. */
  matching(tag: string): PluginView | undefined;
}
export interface ProcessView {
  readonly configPath: string;
  readonly logPath: string | null;
  readonly pid: number;
  readonly ppid: number;
  readonly rootDir: string | null;
  readonly version: string;
}
export interface PluginView {
  readonly id: string;
  readonly hasId: boolean;
  readonly type: string;
  readonly category: 'input' | 'filter' | 'output';
  readonly buffered: boolean;
  /** copy, roundrobin …: hands events to outputs of its own. */
  readonly multi: boolean;
  /** Parameters as written, secrets masked. */
  readonly config: Readonly<Record<string, string>>;
  stats(): PluginStats;
  files(): FollowedFile[];
}
export interface FollowedFile {
  readonly path: string;
  readonly inode: number;
  /** Bytes. */
  readonly position: number;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch at which no whole line waited, last: the oldest unread one is younger. */
  readonly caughtUpAt: number;
}

export interface InputHost extends Host {
  readonly agent: AgentView;
  /**
   * Sends a stream into the pipeline (to `@label` where configured). Resolves (or returns at once) when every buffered output
   * has the events on disk: the caller may then save its position. @throws BufferOverflowError: try again later.
   */
  emit(stream: EventStream): void | Promise<void>;
  /** Counts bytes that came in, for the metrics. */
  received(bytes: number): void;
}

/** What monitor_agent and the prometheus inputs tell of a plugin; names as Fluentd's. */
export interface PluginStats {
  readonly [name: string]: number | string | null | readonly number[] | PluginStats;
}

export interface Input extends Running {
  stats?(): PluginStats;
  /** tail: followed files, for fluentd_tail_file_* metrics. */
  files?(): FollowedFile[];
}

// ------------------------------------------------------------------ filters

/** A filter compiled for one tag; may change the stream it gets, or give another. */
export type FilterStep = (stream: EventStream) => EventStream | Promise<EventStream>;

export interface Filter extends Running {
  /**
   * Called once per tag at first sight: everything that depends on the tag alone is done here. `failedPass`: an event that raised an error goes
   * to the error stream and on through the pipeline too, as where Fluentd hands each event through all filters at once.
   */
  plan(tag: string, failedPass?: boolean): FilterStep;
  /** Takes whole streams in Fluentd: then each filter of the pipeline does, and events that raised an error end there. */
  readonly wholeStreams?: true;
}

export interface FilterHost extends Host {
  /** For filters that emit by themselves (concat's flush): continues after this filter. */
  emitAfter(stream: EventStream): void | Promise<void>;
  /** Emits to a label (concat's timeout_label). */
  emitToLabel(label: string, stream: EventStream): void | Promise<void>;
  /** Whether the configuration has this label. */
  hasLabel(label: string): boolean;
}

// ------------------------------------------------------------------ outputs

/** An output without buffer: takes streams at once (null, stdout, copy, relabel). */
export interface Output extends Running {
  emit(stream: EventStream): void | Promise<void>;
  stats?(): PluginStats;
}

/** What parts events into chunks: the argument of `<buffer>`. */
export interface ChunkKeys {
  readonly tag: boolean;
  readonly time: boolean;
  /** Record accessors. */
  readonly fields: readonly string[];
}

/** What all events of a chunk have in common; made of the chunk keys. */
export interface ChunkMeta {
  readonly tag?: string;
  /** Start of the time slice, seconds since the epoch. */
  readonly timekey?: number;
  readonly variables?: Readonly<Record<string, Value>>;
}

/** A chunk handed to `write`: bytes that are ready to send. */
export interface ReadyChunk {
  /** 32 hex digits, as Fluentd's unique id of a chunk. */
  readonly id: string;
  readonly meta: ChunkMeta;
  /** Events in the chunk. */
  readonly count: number;
  /** Milliseconds since the epoch of the first append. */
  readonly createdAt: number;
  /** 0 for the first try. */
  readonly attempt: number;
  /** All entries, one after the other, as the renderer made them; good until `write` resolves. */
  read(): Buffer;
  /** Keeps only `bytes` (`count` events) for the next try: the rest is done and must not be sent again. */
  replace(bytes: Buffer, count: number): void;
}

/** Makes the bytes of one event in a chunk. */
export interface Render {
  (event: LogEvent): string;
  /** Rows from `from` on that are made of the same pieces, up to `to`; undefined where they must be rendered one by one. */
  columns?(columns: Columns, from: number): Layout | undefined;
}
export interface Layout {
  readonly pieces: readonly Piece[];
  readonly to: number;
}

export interface BufferedOutput extends Running {
  /** Takes streams where there is no `<buffer>`, for an output that need not render them; else each stream becomes a chunk. */
  emit?(stream: EventStream): void | Promise<void>;
  /** Called once per (tag, chunk metadata): constant parts are made here. */
  renderer(tag: string, meta: ChunkMeta): Render;
  /**
   * Delivers a chunk. Resolves: done. Throws UnrecoverableError: secondary or backup. Anything else: the buffer
   * tries again (what `replace` kept, where it was called). `signal` aborts at the end of the grace time.
   */
  write(chunk: ReadyChunk, signal: AbortSignal): Promise<void>;
  /**
   * Delivers a little of a chunk, within seconds, to see whether it is taken again; what was taken is no longer in the chunk (`replace`).
   * Gives true when nothing is left of it. Throws as `write` does.
   */
  probe?(chunk: ReadyChunk, signal: AbortSignal): Promise<boolean>;
  /** Chunks that may be written at the same time now, where that is fewer than `flush_thread_count`. */
  concurrency?(): number;
  /** Events back from a chunk's bytes, for `<secondary>` and @ERROR; undefined where the format cannot be read back. */
  events?(chunk: ReadyChunk): EventStream[];
  stats?(): PluginStats;
}

export interface OutputHost extends Host {
  /** copy, roundrobin, relabel: streams to other outputs or labels. */
  emitToLabel(label: string, stream: EventStream): void | Promise<void>;
  /** Emits a re-tagged stream at the top of the pipeline the output stands in (its @label or the root). */
  emit(stream: EventStream): void | Promise<void>;
  /** Builds an inner output from a `<store>` / `<secondary>` element. */
  child(element: Element): Output;
  /**
   * Replaces `${tag}`, `${tag[1]}`, `${key}`, `${chunk_id}`, `%Y…` in `template` by the chunk's metadata, as extract_placeholders does.
   * The `<buffer>` section's timezone counts.
   */
  placeholders(template: string, meta: ChunkMeta, chunkId?: string): string;
  /**
   * What is wrong between a parameter's placeholders and the chunk keys, in Fluentd's words. In a `<secondary>` only times count: there chunks may
   * well share a file.
   */
  placeholderProblem(name: string, template: string): string | undefined;
  /** True where a template names the tag, the time or all the fields that the chunk keys give: chunks may differ in it. */
  isSubstituted(template: string): boolean;
  /** Length of a time slice in seconds where `time` is a chunk key. */
  readonly timekey: number | undefined;
  /** Permissions of files and folders the output makes: `<system> file_permission`, `dir_permission`. */
  readonly fileMode: number;
  readonly dirMode: number;
  /** Of the `<buffer>` section, or the output's own where it has none. */
  readonly chunkKeys: ChunkKeys;
}

// ------------------------------------------------------------------ definitions

interface DefinitionBase<S extends SectionSpec> {
  /** `@type`. */
  readonly type: string;
  readonly schema: S;
  readonly doc: string;
}
export interface InputDefinition<S extends SectionSpec = SectionSpec> extends DefinitionBase<S> {
  readonly kind: 'input';
  /** Several workers would do the same work: with `workers` above 1 the plugin must stand in a `<worker N>` section. */
  readonly singleWorker?: true;
  /** Names a parameter whose file belongs to one plugin alone. */
  readonly ownFile?: string;
  create(config: ConfigOf<S>, host: InputHost): Input;
}
export interface FilterDefinition<S extends SectionSpec = SectionSpec> extends DefinitionBase<S> {
  readonly kind: 'filter';
  create(config: ConfigOf<S>, host: FilterHost): Filter;
}
export interface OutputDefinition<S extends SectionSpec = SectionSpec> extends DefinitionBase<S> {
  readonly kind: 'output';
  readonly buffering: 'none';
  create(config: ConfigOf<S>, host: OutputHost): Output;
}
/** `buffering`: whether a `<buffer>` section is needed for the output to have a buffer at all. */
export interface BufferedOutputDefinition<S extends SectionSpec = SectionSpec> extends DefinitionBase<S> {
  readonly kind: 'output';
  readonly buffering: 'always' | 'with-section';
  /** As `<secondary>` it writes any chunk's bytes as they are, where they cannot be read back into events. */
  readonly takesBytes?: true;
  /** Parameters that do not change a chunk's bytes. Where others differ a `<secondary>` of the same type needs the events; not given: it never does. */
  readonly transportParams?: readonly string[];
  /** Defaults of the output for its `<buffer>` (parameter → config text; `$arg` → chunk keys; `$path` → the parameter that gives its path). */
  readonly bufferDefaults?: Readonly<Record<string, string>>;
  create(config: ConfigOf<S>, host: OutputHost): BufferedOutput;
}
export interface ParserDefinition<S extends SectionSpec = SectionSpec> extends DefinitionBase<S> {
  readonly kind: 'parser';
  create(config: ConfigOf<S>, host: Host): Parser;
}
export interface FormatterDefinition<S extends SectionSpec = SectionSpec> extends DefinitionBase<S> {
  readonly kind: 'formatter';
  create(config: ConfigOf<S>, host: Host): Formatter;
}

/** Keeps the literal types of a schema while checking the definition's form. */
export function defineInput<const S extends SectionSpec>(d: InputDefinition<S>): InputDefinition<S> {
  return d;
}
export function defineFilter<const S extends SectionSpec>(d: FilterDefinition<S>): FilterDefinition<S> {
  return d;
}
export function defineOutput<const S extends SectionSpec>(d: OutputDefinition<S>): OutputDefinition<S> {
  return d;
}
export function defineBufferedOutput<const S extends SectionSpec>(
  d: BufferedOutputDefinition<S>,
): BufferedOutputDefinition<S> {
  return d;
}
export function defineParser<const S extends SectionSpec>(d: ParserDefinition<S>): ParserDefinition<S> {
  return d;
}
export function defineFormatter<const S extends SectionSpec>(d: FormatterDefinition<S>): FormatterDefinition<S> {
  return d;
}
