/** Builds plugins from configuration text with the agent's own host, and small pipelines whose ends are caught. */

import { buildGraph, type Graph } from '../../src/agent/graph.ts';
import { createHost, type HostEnvironment } from '../../src/agent/host.ts';
import { preload } from '../../src/agent/preload.ts';
import { type Kind, Loaded } from '../../src/agent/registry.ts';
import { systemConfig } from '../../src/agent/system.ts';
import { Log } from '../../src/agent/telemetry/log.ts';
import { MetricsRegistry } from '../../src/agent/telemetry/metrics.ts';
import { modernise } from '../../src/config/compat.ts';
import type { Element } from '../../src/config/element.ts';
import { diskFiles } from '../../src/config/load.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { Problems, problemText } from '../../src/config/problems.ts';
import { EventStream, LogEvent, NO_TIME } from '../../src/pipeline/core/event.ts';
import type { ClockPort, NetPort, Ports } from '../../src/pipeline/core/ports.ts';
import { fromBytes, type Hash, toBytes } from '../../src/pipeline/core/value.ts';
import { realPorts } from '../../src/pipeline/io/ports.ts';
import { type AgentView, defineOutput, type Formatter, type Parser } from '../../src/pipeline/plugin.ts';
import { createEmbed } from '../../src/ruby/embedded.ts';

/** Expectations name times in UTC, whatever the machine's zone is. */
process.env['TZ'] = 'UTC';

export interface Caught {
  /** `@label` or the name given as `name` of the capture output. */
  readonly name: string;
  readonly tag: string;
  readonly sec: number;
  readonly nsec: number;
  readonly json: string;
  readonly record: Hash;
}

export interface Rig {
  readonly caught: Caught[];
  readonly errors: { tag: string; json: string; error: string }[];
  readonly logs: string[];
  readonly graph: Graph;
  /** The exposition of the metrics that the configuration asks for. */
  metrics(): Promise<string>;
  /** Records as objects or as JSON lines (these keep their raw slots when they pass through a json parser). */
  emit(tag: string, records: readonly (Hash | LogEvent)[], sec?: number): Promise<void>;
  stop(): Promise<void>;
}

/** A clock that moves only when a test says so. */
export class ManualClock implements ClockPort {
  #now = 1_700_000_000_000;
  readonly #timers = new Set<{ at: number; every: number | undefined; call: () => void }>();
  now = (): number => this.#now;
  nowNanos = (): bigint => BigInt(this.#now) * 1_000_000n;
  monotonic = (): number => this.#now;
  after = (ms: number, call: () => void) => this.#add(ms, undefined, call);
  every = (ms: number, call: () => void) => this.#add(ms, ms, call);
  #add(ms: number, every: number | undefined, call: () => void) {
    const timer = { at: this.#now + ms, every, call };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = [...this.#timers].filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#now = next.at;
      if (next.every === undefined) this.#timers.delete(next);
      else next.at += next.every;
      next.call();
    }
    this.#now = end;
  }
}

interface Setup {
  readonly environment: HostEnvironment;
  readonly root: Element;
  readonly logs: string[];
  readonly errors: Rig['errors'];
  readonly caught: Caught[];
}

async function setUp(text: string, ports: Partial<Ports> = {}, env: HostEnvironment['env'] = {}): Promise<Setup> {
  const problems = new Problems();
  const embed =
    Object.keys(env).length === 0 ? (ruby: string) => ruby : createEmbed({ env, hostname: 'h', workerId: 0 });
  const root = modernise(parseConfig(text, 'test.conf', { embed, files: diskFiles, problems }), problems);
  const inner = new Loaded();
  await preload(root, inner);
  const logs: string[] = [];
  const errors: Rig['errors'] = [];
  const caught: Caught[] = [];
  const capture = captureOutput(caught);
  const loaded = {
    load: (kind: Kind, type: string) => inner.load(kind, type),
    get: (kind: Kind, type: string) => (kind === 'output' && type === 'capture' ? capture : inner.get(kind, type)),
  } as unknown as Loaded;
  const log = new Log({
    ...{ level: 'trace', format: 'text', time: () => '', workerId: 0 },
    write: (line) => void logs.push(line.trimEnd()),
  });
  const environment: HostEnvironment = {
    ...{ loaded, problems, log, env, workerId: 0, workers: 1, strict: false, rootDir: undefined },
    ...{ metrics: new MetricsRegistry(), exposed: new MetricsRegistry() },
    ports: { ...realPorts, ...ports },
    emitError: (tag, event, error) =>
      void errors.push({
        tag,
        json: fromBytes(event.toJson()),
        error: error instanceof Error ? error.message : String(error),
      }),
  };
  return { environment, root, logs, errors, caught };
}

function captureOutput(caught: Caught[]) {
  return defineOutput({
    ...{ kind: 'output', type: 'capture', buffering: 'none', doc: 'Catches events.' },
    schema: { doc: 'Capture.', params: { name: { type: 'string', default: '', doc: 'Name.' } } },
    create: (config) => ({
      emit(stream) {
        for (const event of stream.events) {
          const json = fromBytes(event.toJson());
          caught.push({
            name: config.name,
            tag: stream.tag,
            sec: event.sec,
            nsec: event.nsec,
            json,
            record: JSON.parse(json),
          });
        }
      },
    }),
  });
}

function agentView({ exposed }: HostEnvironment, graph: () => Graph): AgentView {
  return {
    metricsText: () => exposed.text(),
    mergeMetrics: (texts) => texts.join(''),
    plugins: () => [...graph().instances],
    matching: () => undefined,
    running: () => true,
    process: () => ({ configPath: 'test.conf', logPath: null, pid: 1, ppid: 0, rootDir: null, version: '0' }),
  };
}

/** @throws with every problem of the configuration */
export async function rig(text: string, clock?: ClockPort, env?: HostEnvironment['env'], net?: NetPort): Promise<Rig> {
  const ports = { ...(clock === undefined ? {} : { clock }), ...(net === undefined ? {} : { net }) };
  const { environment, root, logs, errors, caught } = await setUp(text, ports, env);
  const system = systemConfig(root, environment.problems);
  const graph: Graph = buildGraph(root, { environment, system, agent: agentView(environment, () => graph) });
  refuse(environment.problems);
  for (const instance of graph.instances) await instance.plugin.start?.();
  return {
    ...{ caught, errors, logs, graph, metrics: () => environment.exposed.text() },
    async emit(tag, records, sec = 1_700_000_000) {
      const events = records.map((record) => (record instanceof LogEvent ? record : LogEvent.from(sec, 0, record)));
      await graph.root.emit(new EventStream(tag, events));
    },
    async stop() {
      for (const instance of graph.instances) await instance.plugin.stop?.();
    },
  };
}

/** What a dry run says of a configuration: errors and warnings. Environment variables are `plausible`. */
export async function dryRun(text: string): Promise<string[]> {
  const names = [...text.matchAll(/ENV\['(\w+)'\]/g)].map(([, name]) => [name!, 'plausible'] as const);
  const env = Object.fromEntries(names);
  const { environment, root, logs } = await setUp(text, undefined, env);
  const system = systemConfig(root, environment.problems);
  const graph: Graph = buildGraph(root, { environment, system, agent: agentView(environment, () => graph) });
  return [...environment.problems.list.map(problemText), ...logs.filter((line) => /\[(?:warn|error)\]/.test(line))];
}

function refuse(problems: Problems): void {
  if (problems.errors.length > 0) throw new Error(problems.errors.map(problemText).join('\n'));
}

export interface TestParser {
  readonly parser: Parser;
  /** Records of a line (text); undefined for an unmatched one. @throws ParserError */
  parse(line: string): (Hash | undefined)[];
  events(line: string): (LogEvent | undefined)[];
  /** The one event's time as ISO text with nine digits; `now` where it has none. */
  time(line: string): string;
}

/** `text`: the parameters of a `<parse>` section. */
export async function parserOf(text: string, encoding: 'bytes' | 'utf-8' = 'bytes'): Promise<TestParser> {
  const { environment, root } = await setUp(`<parse>\n${text}\n</parse>`);
  const host = createHost(root, 'test', environment);
  const parser = host.parser(root.child('parse'), undefined, { encoding });
  refuse(environment.problems);
  const events = (line: string) => {
    const out: (LogEvent | undefined)[] = [];
    parser.parse(toBytes(line), (event) => void out.push(event));
    return out;
  };
  return {
    parser,
    events,
    parse: (line) => events(line).map((e) => (e === undefined ? undefined : JSON.parse(fromBytes(e.toJson())))),
    time(line) {
      const [event] = events(line);
      if (event === undefined) return 'unmatched';
      if (event.sec === NO_TIME) return 'now';
      return `${new Date(event.sec * 1000).toISOString().slice(0, 19)}.${String(event.nsec).padStart(9, '0')}Z`;
    },
  };
}

/** `text`: the parameters of a `<format>` section. Gives text. */
export async function formatterOf(text: string): Promise<(record: Hash, sec?: number, nsec?: number) => string> {
  const { environment, root } = await setUp(`<format>\n${text}\n</format>`);
  const formatter: Formatter = createHost(root, 'test', environment).formatter(root.child('format'));
  refuse(environment.problems);
  return (record, sec = 1_709_288_430, nsec = 123_456_789) =>
    fromBytes(formatter.format('test.tag', LogEvent.from(sec, nsec, record)));
}
