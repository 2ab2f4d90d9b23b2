/**
 * Builds the pipeline from a configuration: routers for the root and each label, plugins in the order of the file.
 *
 * Guarantees: every problem of the configuration is collected with its place before anything starts; nothing is opened or
 * connected while building. Leaves starting and stopping to lifecycle.ts, output wiring to outputs.ts.
 */
import type { Element } from '../config/element.ts';
import { PluginConfigError } from '../pipeline/core/errors.ts';
import type { EventStream } from '../pipeline/core/event.ts';
import type { AgentView, Filter, FilterHost, Input, InputHost, Running } from '../pipeline/plugin.ts';
import { compilePattern, type TagPattern } from '../pipeline/router/pattern.ts';
import { Router } from '../pipeline/router/router.ts';
import { compileRegexp } from '../ruby/regexp.ts';
import { checkPlugin, createHost, type HostEnvironment, typeOf, unknownPlugin } from './host.ts';
import { createInstance, type PluginInstance } from './instance.ts';
import { buildOutput, type OutputContext } from './outputs.ts';
import type { SystemConfig } from './system.ts';

export interface Graph {
  readonly instances: readonly PluginInstance<Running>[];
  /** Router of the events that have no label. */
  readonly root: Router;
  readonly labels: ReadonlyMap<string, Router>;
}

export interface BuildOptions {
  readonly environment: HostEnvironment;
  readonly system: SystemConfig;
  readonly agent: AgentView;
}

const ROOT = '@ROOT';

/** As people call a plugin: its id, else its type. */
function nameOf(element: Element): string {
  return element.text('@id') ?? element.text('id') ?? typeOf(element) ?? '';
}

export function buildGraph(root: Element, options: BuildOptions): Graph {
  return new Builder(options).build(root);
}

/**
 * `<worker N>` sections give their content to one worker, behind everything that stands outside of them; elsewhere they are as if they
 * were not there.
 */
export function sectionsOf(
  root: Element,
  workerId: number,
  workers: number,
  onError: (at: Element, text: string) => void,
): Element[] {
  const own: Element[] = [];
  for (const section of root.children) {
    if (section.name !== 'worker') continue;
    const ids = workerIds(section, workers, onError);
    for (const child of section.children)
      if (!['source', 'match', 'filter', 'label'].includes(child.name))
        onError(child, `<worker> section cannot have <${child.name}> directive`);
    if (ids?.includes(workerId)) own.push(...section.children);
  }
  return [...root.children.filter(({ name }) => name !== 'worker'), ...own];
}

/** Numbers of `<worker N>` or `<worker N-M>`; text that is no number is 0, as in Ruby. */
function workerIds(
  section: Element,
  workers: number,
  onError: (at: Element, text: string) => void,
): number[] | undefined {
  const arg = section.arg.trim();
  if (arg === '') {
    onError(section, 'Missing worker id on <worker> directive');
    return undefined;
  }
  const parts = arg.split('-');
  const [first, last] = (parts.length === 2 ? parts : [arg, arg]).map((text) => Number.parseInt(text, 10) || 0);
  if (first! > last!) {
    onError(
      section,
      `greater first_worker_id<${first}> than last_worker_id<${last}> specified by <worker> directive is not allowed. Available multi worker assign syntax is <smaller_worker_id>-<greater_worker_id>`,
    );
    return undefined;
  }
  const ids = Array.from({ length: Math.min(last! - first!, workers) + 1 }, (_, i) => first! + i);
  const wrong = ids.find((id) => id < 0 || id >= workers);
  if (wrong === undefined) return ids;
  onError(
    section,
    `worker id ${wrong} specified by <worker> directive is not allowed. Available worker id is between 0 and ${workers - 1}`,
  );
  return undefined;
}

class Builder {
  readonly #options: BuildOptions;
  readonly #instances: PluginInstance<Running>[] = [];
  readonly #labels = new Map<string, Router>();
  readonly #ids = new Map<string, Element>();
  /** Files and folders that one plugin alone may use, with what for. */
  readonly #owned = new Set<string>();
  /** Sections that stand in a `<worker N>`. */
  #ofOneWorker: ReadonlySet<Element> = new Set();

  constructor(options: BuildOptions) {
    this.#options = options;
  }

  build(root: Element): Graph {
    const { problems, workerId, workers } = this.#options.environment;
    this.#ofOneWorker = new Set(root.children.filter((child) => child.name === 'worker').flatMap((c) => c.children));
    const sections = sectionsOf(root, workerId, workers, (at, text) => problems.error(at, text));
    this.#labels.set(ROOT, this.#router(ROOT));
    for (const label of sections.filter((section) => section.name === 'label')) this.#declareLabel(label);
    this.#rules(sections, ROOT);
    for (const label of sections.filter((section) => section.name === 'label'))
      this.#rules(label.children, label.arg.trim());
    for (const source of sections.filter((section) => section.name === 'source')) this.#input(source);
    return { instances: this.#instances, root: this.#labels.get(ROOT)!, labels: this.#labels };
  }

  #router(label: string): Router {
    const log = this.#options.environment.log.logger();
    const onNoMatch = (tag: string) => {
      // The own log's events without a match are normal; telling of them would make more of them.
      if (!tag.startsWith('fluent.')) log.warn(`no patterns matched tag="${tag}"`);
    };
    return new Router(onNoMatch, this.#options.environment.taps, label);
  }

  #declareLabel(element: Element): void {
    const { problems } = this.#options.environment;
    const name = element.arg.trim();
    if (name === '') return problems.error(element, 'Missing symbol argument on <label> directive');
    if (name === ROOT)
      return problems.error(element, '@ROOT for <label> is not permitted, reserved for getting root router');
    if (this.#labels.has(name)) return problems.error(element, `Section <label ${name}> appears twice`);
    this.#labels.set(name, this.#router(name));
    if (element.child('match') === undefined)
      problems.error(element, `Missing <match> sections in <label ${name}> section`);
  }

  #rules(sections: readonly Element[], label: string): void {
    const router = this.#labels.get(label);
    if (router === undefined) return;
    for (const section of sections) {
      if (section.name !== 'filter' && section.name !== 'match') continue;
      this.#guard(section, () => {
        const pattern = this.#pattern(section);
        if (section.name === 'filter') this.#filter(section, pattern, router);
        else router.add({ pattern, sink: this.#output(section, label), name: nameOf(section) });
      });
    }
  }

  #pattern(section: Element): TagPattern {
    try {
      return compilePattern(section.arg, (source) => compileRegexp(source, ''));
    } catch (error) {
      throw new PluginConfigError(`invalid pattern '${section.arg}': ${(error as Error).message}`);
    }
  }

  #filter(element: Element, pattern: TagPattern, router: Router): void {
    const type = this.#type(element, 'filter');
    if (type === undefined) return;
    const { environment } = this.#options;
    const definition = environment.loaded.get('filter', type);
    if (definition === undefined) return environment.problems.error(element, unknownPlugin('filter', type));
    const config = checkPlugin('filter', definition.schema, element, environment);
    let filter: Filter | undefined;
    const host: FilterHost = {
      ...createHost(element, type, environment),
      emitAfter: (stream) => (filter === undefined ? undefined : router.emitAfter(filter, stream)),
      emitToLabel: (label, stream) => this.#emitToLabel(label, stream),
      hasLabel: (label) => this.#labels.has(label),
    };
    this.#unique(element, host.id, host.hasId);
    filter = definition.create(config, host);
    const counted = { emit_records: 0, emit_size: 0 };
    this.#instances.push(createInstance('filter', filter, host, definition.schema, { counted }));
    router.add({ pattern, filter, counted, name: nameOf(element) });
  }

  #output(element: Element, label: string) {
    const context: OutputContext = {
      environment: this.#options.environment,
      system: this.#options.system,
      emitToLabel: (name, stream) => this.#emitToLabel(name, stream),
      emit: (stream) => this.#emitToLabel(label, stream),
      register: (instance) => {
        this.#unique(instance.host.element, instance.host.id, instance.host.hasId);
        this.#instances.push(instance);
      },
      ownsPath: (owner) => this.#owns(owner),
    };
    this.#checkLabel(element);
    return buildOutput(element, context);
  }

  #input(element: Element): void {
    this.#guard(element, () => {
      const type = this.#type(element, 'source');
      if (type === undefined) return;
      const { environment, agent } = this.#options;
      const definition = environment.loaded.get('input', type);
      if (definition === undefined) return environment.problems.error(element, unknownPlugin('input', type));
      if (definition.singleWorker && environment.workers > 1 && !this.#ofOneWorker.has(element))
        throw new PluginConfigError(`Plugin '${type}' does not support multi workers configuration`);
      const config = checkPlugin('input', definition.schema, element, environment);
      this.#checkLabel(element);
      const label = element.params.get('@label')?.value ?? ROOT;
      const router = this.#labels.get(label);
      const records = environment.metrics.counter('sluice_input_records_total', 'Records emitted by an input.', [
        'plugin_id',
        'type',
      ]);
      const bytes = environment.metrics.counter('sluice_input_bytes_total', 'Bytes that came in over the network.', [
        'plugin_id',
        'type',
      ]);
      const base = createHost(element, type, environment);
      const labels = { plugin_id: base.id, type };
      const counted = { emit_records: 0, emit_size: 0 };
      const host: InputHost = {
        ...base,
        agent,
        emit: (stream) => {
          counted.emit_records += stream.length;
          records.inc(stream.length, labels);
          return router?.emit(stream);
        },
        received: (count) => bytes.inc(count, labels),
      };
      this.#unique(element, host.id, host.hasId);
      const { ownFile } = definition;
      const file = ownFile === undefined ? undefined : element.params.get(ownFile)?.value;
      if (file !== undefined && !this.#owns(`${ownFile} ${file}`))
        throw new PluginConfigError(
          `Other 'in_${type}' plugin already use same ${ownFile} path: plugin_id = ${host.id}, ${ownFile} path = ${file}`,
        );
      const input: Input = definition.create(config, host);
      this.#instances.push(createInstance('input', input, host, definition.schema, { counted }));
    });
  }

  #emitToLabel(label: string, stream: EventStream): void | Promise<void> {
    return this.#labels.get(label)?.emit(stream);
  }

  #checkLabel(element: Element): void {
    const label = element.params.get('@label')?.value;
    if (label === undefined || this.#labels.has(label)) return;
    // Known labels only come into being with the file, so a missing one is a mistake in it.
    this.#options.environment.problems.error(element, `unknown label: ${label} label not found`);
  }

  #type(element: Element, directive: string): string | undefined {
    const type = typeOf(element);
    if (type === undefined)
      this.#options.environment.problems.error(element, `Missing '@type' parameter on <${directive}> directive`);
    return type;
  }

  /** False when another plugin has it already. */
  #owns(what: string): boolean {
    if (this.#owned.has(what)) return false;
    this.#owned.add(what);
    return true;
  }

  #unique(element: Element, id: string, given: boolean): void {
    if (!given) return;
    if (this.#ids.has(id))
      this.#options.environment.problems.error(
        element,
        `Duplicated plugin id '${id}'. Check whole configuration and fix it.`,
      );
    this.#ids.set(id, element);
  }

  /** Turns what a plugin's constructor throws into a problem at its place, and goes on with the next one. */
  #guard(element: Element, build: () => void): void {
    try {
      build();
    } catch (error) {
      const { problems } = this.#options.environment;
      const placed = error instanceof PluginConfigError ? error.problems : [];
      for (const problem of placed) problems.error(problem, problem.message);
      if (placed.length === 0) problems.error(element, error instanceof Error ? error.message : String(error));
    }
  }
}
