/** Runs the filter by itself: configuration text in, records out. */

import { MetricsRegistry } from '../../src/agent/telemetry/metrics.ts';
import { checkSection } from '../../src/config/check.ts';
import { Element } from '../../src/config/element.ts';
import { Problems } from '../../src/config/problems.ts';
import { EventStream, LogEvent } from '../../src/pipeline/core/event.ts';
import type { Hash } from '../../src/pipeline/core/value.ts';
import { plugin } from '../../src/pipeline/filter/kubernetes_metadata/index.ts';
import { realPorts } from '../../src/pipeline/io/ports.ts';
import type { Filter, FilterHost, FilterStep, LogFields } from '../../src/pipeline/plugin.ts';

export const ID_A = 'a1b2c3d4'.repeat(8);
export const ID_B = '0f1e2d3c'.repeat(8);
/** A time after the namespaces of the tests were made. */
export const NOW_SEC = Date.parse('2026-01-01T00:00:00Z') / 1000;

export function containerTag(pod: string, id = ID_A, namespace = 'shop', container = 'nginx'): string {
  return `kubernetes.var.log.containers.${pod}_${namespace}_${container}-${id}.log`;
}

export interface Running {
  readonly filter: Filter;
  readonly logs: string[];
  readonly metrics: MetricsRegistry;
  /** Sends one record through the filter's step of a tag. */
  send(tag: string, record?: Hash, sec?: number): Promise<LogEvent>;
  /** The same, as JSON. */
  json(tag: string, record?: Hash, sec?: number): Promise<Record<string, Record<string, unknown>>>;
  stop(): Promise<void>;
}

const started: Running[] = [];

/** Ends what the tests of a file have started. */
export async function stopAll(): Promise<void> {
  for (const running of started.splice(0)) await running.stop();
}

export async function runFilter(params: Record<string, string>, env: Record<string, string> = {}): Promise<Running> {
  const logs: string[] = [];
  const metrics = new MetricsRegistry();
  const place = { file: 'test.conf', line: 1 };
  const given = Object.entries({ secret_dir: '/nonexistent', ...params });
  const element = new Element(
    'filter',
    '**',
    place,
    given.map(([name, value]) => [name, { value, quote: 'none', ...place }]),
  );
  const problems = new Problems();
  const config = checkSection(plugin.schema, element, problems) as never;
  const log = (level: string) => (message: string, fields?: LogFields) =>
    void logs.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`);
  const host = {
    id: 'k8s',
    hasId: true,
    type: 'kubernetes_metadata',
    element,
    log: {
      level: 'trace',
      trace: log('trace'),
      debug: log('debug'),
      info: log('info'),
      warn: log('warn'),
      error: log('error'),
      fatal: log('fatal'),
    },
    metrics,
    ports: realPorts,
    env,
  } as unknown as FilterHost;
  const filter = plugin.create(config, host);
  await filter.start?.();
  const steps = new Map<string, FilterStep>();
  const send = async (tag: string, record: Hash = { log: 'hello' }, sec = NOW_SEC) => {
    const step = steps.get(tag) ?? filter.plan(tag);
    steps.set(tag, step);
    const stream = await step(new EventStream(tag, [LogEvent.from(sec, 0, record)]));
    return stream.events[0]!;
  };
  const running: Running = {
    filter,
    logs,
    metrics,
    send,
    json: async (tag, record, sec) => JSON.parse((await send(tag, record, sec)).toJson()),
    stop: async () => void (await filter.stop?.()),
  };
  started.push(running);
  return running;
}

/** Waits for a state, not for a time. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 15_000; Date.now() < end; ) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited in vain for ${what}`);
}
