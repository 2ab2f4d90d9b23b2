/**
 * Builds an output from its element: bare, or behind a buffer with its secondary; also the inner outputs of copy.
 */

import { checkSection } from '../config/check.ts';
import type { Element } from '../config/element.ts';
import type { Problems } from '../config/problems.ts';
import { checkBuffer } from '../pipeline/buffer/check.ts';
import { createBuffer } from '../pipeline/buffer/index.ts';
import {
  chunkKeys,
  extractPlaceholders,
  isSubstituted,
  placeholderProblem,
  timeProblem,
} from '../pipeline/buffer/placeholders.ts';
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
  /** False when another buffer has the path already. */
  readonly ownsPath: (path: string) => boolean;
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
  const bufferElement = element.child('buffer');
  const own = bufferOf(element, definition, context.system.rootDir);
  const host = outputHost(element, type, own, context);
  checkBuffering({ element, type, definition }, problems);
  if (definition.buffering === 'none') {
    return unbuffered(definition.create(config, host), host, definition, context);
  }
  if (definition.buffering === 'with-section' && bufferElement === undefined) {
    return unbuffered(new DirectOutput(definition.create(config, host)), host, definition, context);
  }
  const checked = checkSection(bufferSchema, own, problems, { strict: context.environment.strict });
  checkBuffer({ config: checked, buffer: own, given: bufferElement }, problems);
  if (checked['@type'] !== 'memory' && checked.path !== undefined && !context.ownsPath(`buffer ${checked.path}`))
    problems.error(
      own,
      `Other '${type}' plugin already uses same buffer path: type = ${type}, buffer path = ${checked.path}`,
    );
  const inner: BufferedOutput = definition.create(config, host);
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

interface Found {
  readonly definition: AnyOutputDefinition;
  readonly type: string;
}

function definitionOf(element: Element, context: OutputContext): Found | undefined {
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

function bufferOf(element: Element, definition: AnyOutputDefinition, rootDir: string | undefined): Element {
  const defaults = definition.buffering === 'none' ? {} : (definition.bufferDefaults ?? {});
  // Where it stands outside of the section it is wanted, whatever the chunk keys are.
  const mode: Record<string, string> = element.params.has('flush_interval') ? { flush_mode: 'interval' } : {};
  return elementWithDefaults(element, { ...defaults, ...mode }, rootDir);
}

/** For an output that stands alone, without pipeline around it. */
export function hostOfOutput(host: Host, element: Element, system: SystemConfig): OutputHost {
  return {
    ...host,
    emitToLabel: () => undefined,
    emit: () => undefined,
    child: () => NOWHERE,
    placeholders: (template, meta, chunkId) => extractPlaceholders(template, meta, chunkId, element.bare('buffer')),
    chunkKeys: { tag: true, time: false, fields: [] },
    placeholderProblem: () => undefined,
    isSubstituted: () => false,
    timekey: undefined,
    fileMode: system.fileMode,
    dirMode: system.dirMode,
  };
}

function outputHost(element: Element, type: string, buffer: Element, context: OutputContext): OutputHost {
  const keys = chunkKeys(buffer);
  const timekey = keys.time ? context.system.seconds(buffer.params.get('timekey')?.value ?? '') : undefined;
  return {
    ...createHost(element, type, context.environment),
    emitToLabel: context.emitToLabel,
    emit: context.emit,
    child: (inner) => buildOutput(inner, context),
    placeholders: (template, meta, chunkId) => extractPlaceholders(template, meta, chunkId, buffer),
    chunkKeys: keys,
    placeholderProblem: (name, template) =>
      (element.name === 'secondary' ? timeProblem : placeholderProblem)(name, template, { keys, timekey }),
    isSubstituted: (template) => isSubstituted(template, { keys, timekey }),
    timekey,
    fileMode: context.system.fileMode,
    dirMode: context.system.dirMode,
  };
}

/** Sections that the output's kind or its place do not allow; outputs that hand on to stores ignore them. */
function checkBuffering(
  { element, type, definition }: Found & { readonly element: Element },
  problems: Problems,
): void {
  const buffer = element.child('buffer');
  const secondary = element.child('secondary');
  const isMulti = definition.schema.sections?.['store'] !== undefined;
  const isBuffered =
    definition.buffering === 'always' || (definition.buffering === 'with-section' && buffer !== undefined);
  if (!isBuffered && !isMulti) {
    if (buffer !== undefined)
      problems.error(buffer, `<buffer> section is configured, but plugin '${type}' doesn't support buffering`);
    else if (secondary !== undefined) problems.error(secondary, 'Invalid <secondary> section for non-buffered plugin');
  }
  for (const name of ['buffer', 'secondary'])
    if (secondary?.child(name) !== undefined)
      problems.error(secondary, `<secondary> section cannot have <${name}> section`);
  const forever = buffer?.text('retry_forever');
  if (secondary !== undefined && (forever === 'true' || forever === 'yes' || forever === ''))
    problems.warn(secondary, "<secondary> with 'retry_forever', only unrecoverable errors are moved to secondary");
}

function secondaryOf(
  element: Element,
  primary: BufferedOutput,
  { type, buffer }: { readonly type: string; readonly buffer: Element },
  context: OutputContext,
): SecondaryTarget | undefined {
  const section = element.child('secondary');
  if (section === undefined) return undefined;
  const secondary = typeOf(section) === undefined ? section.withParam('@type', type) : section;
  const found = definitionOf(secondary, context);
  if (found === undefined) return undefined;
  const { definition } = found;
  const config = checkPlugin('output', definition.schema, secondary, context.environment);
  // Chunks come with the keys of the primary's buffer: placeholders in paths can be no others.
  const host = outputHost(secondary, found.type, buffer, context);
  if (definition.buffering === 'none') {
    context.environment.problems.error(
      secondary,
      `secondary plugin '${found.type}' must support buffering, but doesn't`,
    );
    return undefined;
  }
  const target = definition.create(config, host);
  // Chunks go on as they are where the secondary writes bytes of the same making, or any bytes.
  const isBytes = found.type === 'secondary_file' || (definition.takesBytes === true && primary.events === undefined);
  const raw = (found.type === type && isMadeAlike(element, section, definition.transportParams)) || isBytes;
  return new SecondaryTarget(primary, raw ? { raw: target } : { output: new DirectOutput(target) });
}

/** Whether a secondary of the primary's type would make the same bytes of an event. */
function isMadeAlike(primary: Element, secondary: Element, transport: readonly string[] | undefined): boolean {
  if (transport === undefined) return true;
  const names = new Set([...primary.params.keys(), ...secondary.params.keys()]);
  return [...names].every(
    (name) => name.startsWith('@') || transport.includes(name) || primary.text(name) === secondary.text(name),
  );
}
