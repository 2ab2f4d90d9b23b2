/**
 * One worker: builds the pipeline, starts outputs, filters, inputs in this order, and stops in the reverse order.
 *
 * Guarantees: `start` resolves when the inputs run; `stop` may be called at any time and more than once, stops reading first, then
 * flushes what `flush_at_shutdown` asks for; a stop ends within the grace time. A reload builds the new pipeline before
 * the old one stops, so a wrong file changes nothing; positions and file buffers carry over.
 */

import { modernise } from '../config/compat.ts';
import type { Element } from '../config/element.ts';
import { type LoadOptions, loadConfig } from '../config/load.ts';
import { Problems } from '../config/problems.ts';
import type { Embed } from '../config/scanner.ts';
import { EventStream, LogEvent } from '../pipeline/core/event.ts';
import type { Ports } from '../pipeline/core/ports.ts';
import type { Value } from '../pipeline/core/value.ts';
import type { AgentView, Logger, PluginView, ProcessView, Running } from '../pipeline/plugin.ts';
import type { Taps } from '../pipeline/router/taps.ts';
import { buildGraph, type Graph } from './graph.ts';
import type { HostEnvironment } from './host.ts';
import { collectSecrets } from './masked.ts';
import type { OutputSink } from './outputs.ts';
import { preload } from './preload.ts';
import { Loaded } from './registry.ts';
import { type SystemConfig, systemConfig } from './system.ts';
import { addFileMetrics, addMonitors, addProcessMetrics, type ProcessUsage } from './telemetry/agent-metrics.ts';
import { mergeExpositions } from './telemetry/exposition.ts';
import type { Log, LogEntry } from './telemetry/log.ts';
import { MetricsRegistry } from './telemetry/metrics.ts';
import { VERSION } from './version.ts';

export interface WorkerOptions {
  readonly configFile: string;
  /** How the file is read, and what is put behind its text. */
  readonly load?: LoadOptions;
  /** Parameters of `<system>` that the command line sets. */
  readonly overrides?: Readonly<Record<string, string>>;
  readonly embed: Embed;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly ports: Ports;
  readonly log: Log;
  readonly metrics: MetricsRegistry;
  readonly logPath: string | undefined;
  readonly process: ProcessUsage & { readonly pid: number; readonly ppid: number };
  readonly workerId: number;
  /** Kept over a reload: who looks goes on looking. */
  readonly taps?: Taps;
}

/** What reading a configuration gave: a pipeline that has not started, or problems. */
export interface Prepared {
  readonly problems: Problems;
  readonly system: SystemConfig;
  readonly graph: Graph;
}

export class Worker implements AgentView {
  readonly #options: WorkerOptions;
  readonly #exposed = new MetricsRegistry();
  /** The monitors that the configuration does not ask for: shown by the agent's own server. */
  readonly #others = new MetricsRegistry();
  #graph: Graph | undefined;
  #rootDir: string | undefined;
  #endProcessMetrics: (() => void) | undefined;
  #running = false;
  #stopped: Promise<void> | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** Reads and checks the configuration and builds the pipeline; starts nothing. @throws when the file cannot be read. */
  async prepare(): Promise<Prepared> {
    const { configFile, embed, env, ports, log, metrics, workerId } = this.#options;
    const problems = new Problems();
    const { load, overrides } = this.#options;
    const whole = modernise(await loadConfig(configFile, embed, problems, load), problems);
    const system = systemConfig(whole, problems, overrides);
    // Without sources these are not looked at at all: they may well be wrong where the agent only flushes buffers.
    const root = system.withoutSource ? withoutSources(whole) : whole;
    const loaded = new Loaded();
    await preload(root, loaded);
    collectSecrets(root, loaded, log.secrets);
    problems.hide((text) => log.secrets.redact(text));
    let graph: Graph | undefined;
    const { taps } = this.#options;
    const environment: HostEnvironment = {
      ...(taps === undefined ? {} : { taps }),
      ...{ loaded, problems, log, metrics, ports, env, workerId, exposed: this.#exposed },
      workers: system.workers,
      strict: system.strict,
      rootDir: system.rootDir,
      emitError: (tag, event, error, from) => emitError(graph, tag, event, error, from),
    };
    graph = buildGraph(root, { environment, system, agent: this });
    addMonitors(this.#others, this, graph);
    addFileMetrics(metrics, this, ports.clock.now);
    return { problems, system, graph };
  }

  async start(prepared: Prepared): Promise<void> {
    const { graph, system } = prepared;
    this.#graph = graph;
    this.#rootDir = system.rootDir;
    if (system.withoutSource)
      this.#options.log.logger().info("'--without-source' is applied. Ignore <source> sections");
    this.#endProcessMetrics = addProcessMetrics(this.#options.metrics, this.#options.process);
    const inputs = graph.instances.filter((i) => i.category === 'input');
    for (const category of ['output', 'filter'] as const) {
      await Promise.all(graph.instances.filter((i) => i.category === category).map((i) => i.plugin.start?.()));
      // Stopped while an output waited for its cluster: nothing more may begin.
      if (this.#stopped !== undefined) return;
    }
    this.#options.log.onEvent((entry) => emitLogEntry(graph, entry));
    await Promise.all(inputs.map((input) => input.plugin.start?.()));
    this.#running = true;
    this.#options.log.logger().info('fluentd worker is now running', { worker: this.#options.workerId });
  }

  /** Inputs first, so that nothing new comes in; then filters, which may hold events; then outputs, which flush. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const graph = this.#graph;
    this.#running = false;
    if (graph === undefined) return;
    const each = (category: PluginView['category'], end: (plugin: Running) => void | Promise<void>) =>
      graph.instances
        .filter((i) => i.category === category)
        .map(async (i) => {
          try {
            await end(i.plugin);
          } catch (error) {
            i.host.log.warn('unexpected error while shutting down', { plugin: i.type, error });
          }
        });
    await Promise.all(each('input', (plugin) => plugin.stop?.()));
    await Promise.all(each('filter', (plugin) => plugin.stop?.()));
    // What outputs hold back for others must reach these while they still take it.
    await Promise.all(each('output', (plugin) => plugin.beforeStop?.()));
    await Promise.all(each('output', (plugin) => plugin.stop?.()));
    this.#options.log.onEvent(undefined);
    this.#endProcessMetrics?.();
  }

  /** SIGUSR1: buffers are flushed now. */
  async flush(): Promise<void> {
    await Promise.all((this.#graph?.instances ?? []).map((i) => i.plugin.flush?.()));
  }

  async metricsText(own: boolean): Promise<string> {
    return (await this.#exposed.text()) + (own ? await this.#options.metrics.text() : '');
  }

  /** Also the monitors that the configuration does not ask for. */
  async allMetricsText(): Promise<string> {
    return (await this.metricsText(true)) + (await this.#others.text());
  }

  mergeMetrics(texts: readonly string[]): string {
    return mergeExpositions(texts);
  }

  running(): boolean {
    return this.#running;
  }

  process(): ProcessView {
    const { configFile: configPath, logPath = null, process } = this.#options;
    const { pid, ppid } = process;
    return { configPath, logPath, pid, ppid, rootDir: this.#rootDir ?? null, version: VERSION };
  }

  matching(tag: string): PluginView | undefined {
    return (this.#graph?.root.sinkOf(tag) as OutputSink | undefined)?.instance;
  }

  plugins(): PluginView[] {
    return [...(this.#graph?.instances ?? [])];
  }
}

function withoutSources(element: Element): Element {
  const children = element.children.filter(({ name }) => name !== 'source');
  return element.copy({
    children: children.map((child) => (child.name === 'worker' ? withoutSources(child) : child)),
  });
}

/** To `@ERROR` where it is configured; in any case one log line: the class and the message, never the record. */
function emitError(graph: Graph | undefined, tag: string, event: LogEvent, error: unknown, log: Logger): void {
  const router = graph?.labels.get('@ERROR');
  const shown = error instanceof Error ? error : new Error(String(error));
  const fields = { error_class: shown.name, error: shown.message, tag, time: event.sec };
  if (router === undefined) {
    log.warn('dump an error event:', fields);
    return;
  }
  log.warn('send an error event to @ERROR:', fields);
  Promise.resolve(router.emit(new EventStream(tag, [event]))).catch((cause: unknown) => {
    log.error('an error event could not be emitted to @ERROR', { tag, error: cause });
  });
}

/** The own log as events: to `@FLUENT_LOG`, or to the root where `fluent.*` has a match. */
function emitLogEntry(graph: Graph, entry: LogEntry): void {
  const tag = `fluent.${entry.level}`;
  const label = graph.labels.get('@FLUENT_LOG');
  const router = label ?? graph.root;
  if (!router.hasMatch(tag)) return;
  const fields = Object.entries(entry.fields).map(([name, value]): [string, Value] => [name, loggable(value)]);
  const record = { ...Object.fromEntries(fields), message: messageOf(entry) };
  const sec = Math.floor(entry.timeMs / 1000);
  const event = LogEvent.from(sec, (entry.timeMs - sec * 1000) * 1_000_000, record);
  // What goes wrong on the way is logged by whoever it happens to; a log line must not throw.
  Promise.resolve(router.emit(new EventStream(tag, [event]))).catch(() => undefined);
}

/** Fluentd puts the fields into the message as well. */
function messageOf(entry: LogEntry): string {
  const id = entry.pluginId === undefined ? '' : `[${entry.pluginId}] `;
  const fields = Object.entries(entry.fields).map(([name, value]) => ` ${name}=${JSON.stringify(loggable(value))}`);
  return `${id}${entry.message}${fields.join('')}`;
}

function loggable(value: unknown): Value {
  if (value === undefined || value === null) return null;
  if (value instanceof Error) return value.message;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return JSON.stringify(value) ?? null;
}
