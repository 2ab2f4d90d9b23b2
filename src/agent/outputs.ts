/**
 * Builds an output from its element: bare, or behind a buffer with its secondary; also the inner outputs of copy.
 */

import { checkSection } from '../config/check.ts';
import type { Element } from '../config/element.ts';
import { createBuffer } from '../pipeline/buffer/index.ts';
import { checkPlaceholders, extractPlaceholders } from '../pipeline/buffer/placeholders.ts';
import { bufferSchema } from '../pipeline/buffer/schema.ts';
import type { EventStream } from '../pipeline/core/event.ts';
import type { BufferedOutput, Host, Output, OutputHost, Running } from '../pipeline/plugin.ts';
import { elementWithDefaults } from './buffer-defaults.ts';
import { DirectOutput } from './direct-output.ts';
import { checkPlugin, createHost, type HostEnvironment, typeOf, unknownPlugin } from './host.ts';
import { createInstance, type PluginInstance } from './instance.ts';
import type { AnyOutputDefinition } from './registry.ts';
import { SecondaryTarget } from './secondary.ts';
import type { SystemConfig } from './system.ts';

export interface OutputContext {
  readonly environment: HostEnvironment;
  readonly system: SystemConfig;
  readonly emitToLabel: (label: string, stream: EventStream) => void | Promise<void>;
  readonly emit: (stream: EventStream) => void | Promise<void>;
  readonly register: (instance: PluginInstance<Running>) => void;
}

/** Takes the streams of an output; the instance behind it, which the agent starts and stops, is its `instance`. */
export interface OutputSink extends Pick<Output, 'emit'> {
  readonly instance?: PluginInstance<Running>;
}

const NOWHERE: OutputSink = { emit() {} };

export function buildOutput(element: Element, context: OutputContext): OutputSink {
  const found = definitionOf(element, context);
  if (found === undefined) return NOWHERE;
  const { definition, type } = found;
  const { problems } = context.environment;
  const config = checkPlugin('output', definition.schema, element, context.environment);
  const bufferElement = element.children.find((child) => child.name === 'buffer');
  const own = bufferOf(element, definition);
  const host = outputHost(element, type, own, bufferElement, context);
  if (definition.buffering === 'none') {
    return unbuffered(definition.create(config, host), host, definition, context);
  }
  const inner: BufferedOutput = definition.create(config, host);
  if (definition.buffering === 'with-section' && bufferElement === undefined) {
    return unbuffered(new DirectOutput(inner), host, definition, context);
  }
  checkTemplates(definition.placeholderParams?.(config) ?? {}, own, element, context);
  const checked = checkSection(bufferSchema, own, problems, { strict: context.environment.strict });
  const buffer = createBuffer(checked, own, inner, {
    log: host.log,
    metrics: host.metrics,
    ports: host.ports,
    id: host.id,
    type,
    workerId: host.workerId,
    workers: host.workers,
    rootDir: context.system.rootDir,
    slowFlushSeconds: Number(element.params.get('slow_flush_log_threshold')?.value ?? 20),
    secondary: secondaryOf(element, inner, { type, buffer: own }, context),
  });
  const instance = createInstance('output', buffer, host, definition.schema, { buffered: true });
  context.register(instance);
  return { emit: (stream) => buffer.emit(stream), instance };
}

const NOTHING_FLUSHED = { write_count: 0, rollback_count: 0, slow_flush_count: 0, flush_time_count: 0, retry_count: 0 };

/** Counts what an output without buffer takes. */
function unbuffered(
  output: Output,
  host: OutputHost,
  definition: AnyOutputDefinition,
  context: OutputContext,
): OutputSink {
  const counted = { emit_records: 0, emit_size: 0, emit_count: 0, ...NOTHING_FLUSHED };
  const multi = host.element.children.some((child) => child.name === 'store');
  // Fluentd tells no more than that of an output that hands on to others.
  const shown = multi ? { retry_count: 0 } : counted;
  const instance = createInstance('output', output, host, definition.schema, { multi, counted: shown });
  context.register(instance);
  return {
    emit(stream) {
      counted.emit_count++;
      counted.emit_records += stream.length;
      return output.emit(stream);
    },
    instance,
  };
}

function definitionOf(
  element: Element,
  context: OutputContext,
): { definition: AnyOutputDefinition; type: string } | undefined {
  const { problems, loaded } = context.environment;
  const type = typeOf(element);
  if (type === undefined) {
    problems.error(element, `Missing '@type' parameter on <${element.name}> directive`);
    return undefined;
  }
  const definition = loaded.get('output', type);
  if (definition === undefined) {
    problems.error(element, unknownPlugin('output', type));
    return undefined;
  }
  return { definition, type };
}

function bufferOf(element: Element, definition: AnyOutputDefinition): Element {
  const defaults = definition.buffering === 'none' ? {} : (definition.bufferDefaults ?? {});
  return elementWithDefaults(element, defaults);
}

/** For an output that stands alone, without pipeline around it. */
export function hostOfOutput(host: Host, element: Element, system: SystemConfig): OutputHost {
  return {
    ...host,
    emitToLabel: () => undefined,
    emit: () => undefined,
    child: () => NOWHERE,
    placeholders: (template, meta, chunkId) => extractPlaceholders(template, meta, chunkId, element.bare('buffer')),
    bufferElement: element.child('buffer'),
    timekey: undefined,
    fileMode: system.fileMode,
    dirMode: system.dirMode,
  };
}

function outputHost(
  element: Element,
  type: string,
  buffer: Element,
  given: Element | undefined,
  context: OutputContext,
): OutputHost {
  const keys = buffer.arg.split(/[\s,]+/);
  const timekey = keys.includes('time') ? context.system.seconds(buffer.params.get('timekey')?.value ?? '') : undefined;
  return {
    ...createHost(element, type, context.environment),
    emitToLabel: context.emitToLabel,
    emit: context.emit,
    child: (inner) => buildOutput(inner, context),
    placeholders: (template, meta, chunkId) => extractPlaceholders(template, meta, chunkId, buffer),
    bufferElement: given,
    timekey,
    fileMode: context.system.fileMode,
    dirMode: context.system.dirMode,
  };
}

function checkTemplates(
  templates: Record<string, string>,
  buffer: Element,
  element: Element,
  context: OutputContext,
): void {
  for (const [name, template] of Object.entries(templates)) {
    const problem = checkPlaceholders(name, template, buffer);
    if (problem !== undefined) context.environment.problems.error(element, problem);
  }
}

/** As the primary's, but in the words that secondary_file has of its own. */
function checkSecondaryTemplates(
  templates: Record<string, string>,
  type: string,
  buffer: Element,
  secondary: Element,
  context: OutputContext,
): void {
  for (const [name, template] of Object.entries(templates)) {
    const problem = checkPlaceholders(name, template, buffer);
    if (problem === undefined) continue;
    const own = `out_secondary_file: basename or directory has an incompatible placeholder: ${problem}`;
    context.environment.problems.error(secondary, type === 'secondary_file' ? own : problem);
  }
}

function secondaryOf(
  element: Element,
  primary: BufferedOutput,
  { type, buffer }: { readonly type: string; readonly buffer: Element },
  context: OutputContext,
): SecondaryTarget | undefined {
  const section = element.children.find((child) => child.name === 'secondary');
  if (section === undefined) return undefined;
  const secondary = typeOf(section) === undefined ? section.withParam('@type', type) : section;
  const found = definitionOf(secondary, context);
  if (found === undefined) return undefined;
  const { definition } = found;
  const config = checkPlugin('output', definition.schema, secondary, context.environment);
  // Chunks come with the keys of the primary's buffer: placeholders in paths can be no others.
  const host = outputHost(secondary, found.type, buffer, undefined, context);
  if (definition.buffering === 'none') return new SecondaryTarget(primary, { output: definition.create(config, host) });
  checkSecondaryTemplates(definition.placeholderParams?.(config) ?? {}, found.type, buffer, secondary, context);
  const target = definition.create(config, host);
  // Chunks go on as they are where the secondary writes bytes of the same making, or any bytes (secondary_file).
  const raw = found.type === type || found.type === 'secondary_file';
  return new SecondaryTarget(primary, raw ? { raw: target } : { output: new DirectOutput(target) });
}
