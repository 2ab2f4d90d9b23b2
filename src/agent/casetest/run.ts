/** Runs test cases through a configuration's real parsers, filters and routes. */
import { EventStream, LogEvent, NO_TIME } from '../../pipeline/core/event.ts';
import { toBytes } from '../../pipeline/core/value.ts';
import type { Configuration } from '../commands/offline.ts';
import type { Graph } from '../graph.ts';
import { buildOffline } from '../offline-graph.ts';
import type { Expected, TestCase } from './cases.ts';
import type { Arrived, RecordingPlugins, Source } from './recording.ts';

export interface Outcome {
  readonly name: string;
  /** What is wrong; empty where all is as expected. */
  readonly problems: readonly string[];
}

/** The tests' own pipeline. Errors of the configuration are in its problems. */
export class CaseRunner {
  readonly #plugins: RecordingPlugins;
  readonly #graph: Graph;
  readonly #failed: Arrived[] = [];

  constructor(
    configuration: Configuration,
    plugins: RecordingPlugins,
    env: Readonly<Record<string, string | undefined>>,
  ) {
    this.#plugins = plugins;
    this.#graph = buildOffline({ ...configuration, loaded: plugins }, env, (tag, event) => {
      this.#failed.push({ output: '@ERROR', type: '@ERROR', tag, record: event.toObject() });
    });
  }

  async run(test: TestCase): Promise<Outcome> {
    this.#plugins.arrived.length = 0;
    this.#failed.length = 0;
    this.#plugins.kubernetes = test.kubernetes;
    const problems = test.lines.length > 0 ? await this.#lines(test) : await this.#records(test);
    // Filters that hold events back (concat) let go of them.
    await Promise.all(this.#graph.instances.map((instance) => instance.plugin.flush?.()));
    if (problems.length > 0) return { name: test.name, problems };
    return { name: test.name, problems: compare(test, this.#plugins.arrived, this.#failed) };
  }

  async #records({ tag = '', label, records, time }: TestCase): Promise<string[]> {
    const router = label === undefined ? this.#graph.root : this.#graph.labels.get(label);
    if (router === undefined) return [`there is no <label ${label}>`];
    const sec = Math.floor(time);
    const nsec = Math.round((time - sec) * 1e9);
    await router.emit(
      new EventStream(
        tag,
        records.map((record) => LogEvent.from(sec, nsec, record)),
      ),
    );
    return [];
  }

  /** What lines of a source become, without a verdict: they are in the plugins' `arrived`. Gives the lines that do not match. */
  async feed(source: Source, tag: string, lines: readonly string[], time = 0): Promise<string[]> {
    this.#plugins.arrived.length = 0;
    const { events, unmatched } = parseLines(source, lines, time);
    await source.host.emit(new EventStream(tag, events));
    return unmatched;
  }

  async #lines(test: TestCase): Promise<string[]> {
    const source = this.#plugins.sources.find((candidate) => fits(candidate, test.source));
    if (source === undefined)
      return [test.source === undefined ? 'no source has a <parse>' : `no source '${test.source}' has a <parse>`];
    const unmatched = await this.feed(source, test.tag ?? tagOf(source, test.path), test.lines, test.time);
    return unmatched.map((line) => `the <parse> of the source does not match: ${line}`);
  }
}

function parseLines(
  source: Source,
  lines: readonly string[],
  time: number,
): { events: LogEvent[]; unmatched: string[] } {
  const events: LogEvent[] = [];
  const unmatched: string[] = [];
  for (const line of lines) {
    const take = (event: LogEvent | undefined) =>
      void (event === undefined ? unmatched.push(line) : events.push(event));
    try {
      source.parser!.parse(toBytes(line), take);
    } catch {
      unmatched.push(line);
    }
  }
  for (const event of events) if (event.sec === NO_TIME) event.sec = Math.floor(time);
  return { events, unmatched };
}

function fits({ element, host, parser }: Source, wanted: string | undefined): boolean {
  if (parser === undefined) return false;
  return wanted === undefined || (host.hasId && host.id === wanted) || (element.text('path') ?? '').includes(wanted);
}

/** tail: `*` of the tag is the path with dots. */
function tagOf({ element }: Source, path: string | undefined): string {
  const tag = element.text('tag') ?? '';
  const file = path ?? (element.text('path') ?? '').split(',')[0]!.trim();
  return tag.replace('*', file.replaceAll('/', '.').replace(/^\./, ''));
}

function compare(test: TestCase, arrived: readonly Arrived[], failed: readonly Arrived[]): string[] {
  const problems: string[] = [];
  const wanted = test.expect.filter((expected) => !expected.error);
  const wantedErrors = test.expect.filter((expected) => expected.error);
  problems.push(...compareLists(wanted, arrived, test.partial, 'event'));
  problems.push(...compareLists(wantedErrors, failed, test.partial, 'error event'));
  return problems;
}

function compareLists(wanted: readonly Expected[], got: readonly Arrived[], partial: boolean, what: string): string[] {
  const problems = wanted.flatMap((expected, i) => {
    const event = got[i];
    if (event === undefined) return [`${what} ${i + 1} did not arrive: ${JSON.stringify(expected.record)}`];
    return differences(expected, event, partial).map((text) => `${what} ${i + 1}: ${text}`);
  });
  for (const event of got.slice(wanted.length))
    problems.push(`${what} not expected, at ${event.output}: ${event.tag} ${shown(event.record)}`);
  return problems;
}

function differences(expected: Expected, got: Arrived, partial: boolean): string[] {
  const out: string[] = [];
  if (expected.tag !== undefined && expected.tag !== got.tag) out.push(`tag is ${got.tag}, not ${expected.tag}`);
  if (expected.output !== undefined && expected.output !== got.output && expected.output !== got.type)
    out.push(`it reached ${got.output} (${got.type}), not ${expected.output}`);
  for (const [key, value] of Object.entries(expected.record)) {
    if (!(key in got.record)) out.push(`'${key}' is missing (expected ${shown(value)})`);
    else if (shown(got.record[key]!) !== shown(value))
      out.push(`'${key}' is ${shown(got.record[key]!)}, not ${shown(value)}`);
  }
  if (partial) return out;
  for (const key of Object.keys(got.record))
    if (!(key in expected.record)) out.push(`'${key}' is not expected: ${shown(got.record[key]!)}`);
  return out;
}

/** JSON with sorted keys: the order of fields does not matter. */
function shown(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'bigint') return item.toString();
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    if (Object.getPrototypeOf(item) !== Object.prototype) return Number(item);
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
