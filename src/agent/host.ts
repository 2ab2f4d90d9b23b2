/**
 * The host: gives a plugin everything it may use (parser, formatter, log, metrics, ports, emit) and builds plugins from
 * their configuration elements. All problems of a configuration are collected, not only the first one.
 */
import os from 'node:os';
import { checkSection } from '../config/check.ts';
import type { Element } from '../config/element.ts';
import type { Problems } from '../config/problems.ts';
import type { SectionSpec } from '../config/schema.ts';
import type { LogEvent } from '../pipeline/core/event.ts';
import type { Ports } from '../pipeline/core/ports.ts';
import type { Formatter, Host, Logger, Parser, ParserUse } from '../pipeline/plugin.ts';
import type { Taps } from '../pipeline/router/taps.ts';
import { commonParams } from './common-params.ts';
import type { Kind, Loaded } from './registry.ts';
import { LEVELS, type Level, type Log } from './telemetry/log.ts';
import type { MetricsRegistry } from './telemetry/metrics.ts';

export interface HostEnvironment {
  readonly loaded: Loaded;
  readonly problems: Problems;
  /** Where `sluice tap` looks at events; absent where nobody can. */
  readonly taps?: Taps;
  readonly log: Log;
  readonly metrics: MetricsRegistry;
  readonly exposed: MetricsRegistry;
  readonly ports: Ports;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly workerId: number;
  readonly workers: number;
  readonly strict: boolean;
  readonly rootDir: string | undefined;
  readonly emitError: (tag: string, event: LogEvent, error: unknown, log: Logger) => void;
}

let made = 0;

/** An id for a plugin without `@id`, in the form Fluentd shows (`object:` and hex digits). */
function madeUpId(): string {
  return `object:${(0x1000 + 0x14 * made++).toString(16)}`;
}

export function createHost(element: Element, type: string, environment: HostEnvironment, use: ParserUse = {}): Host {
  const given = element.params.get('@id')?.value ?? element.params.get('id')?.value;
  const level = element.params.get('@log_level')?.value ?? element.params.get('log_level')?.value;
  const { env } = environment;
  const isKnown = LEVELS.includes(level as Level);
  if (level !== undefined && !isKnown) environment.problems.error(element, `Unknown log level: level = ${level}`);
  const log = environment.log.logger(given, isKnown ? (level as Level) : undefined);
  return {
    id: given ?? madeUpId(),
    hasId: given !== undefined,
    type,
    element,
    log,
    metrics: environment.metrics,
    exposed: environment.exposed,
    ports: environment.ports,
    workerId: environment.workerId,
    workers: environment.workers,
    rootDir: environment.rootDir,
    nodeName: env['K8S_NODE_NAME'] ?? env['NODE_NAME'] ?? os.hostname(),
    env,
    conceal: (secret) => environment.log.secrets.add(secret),
    print: (text) => environment.log.raw(text),
    use,
    parser: (inner, fallback, innerUse = use) =>
      buildInner('parser', { element: inner, fallback, parent: element, use: innerUse }, environment) as Parser,
    formatter: (inner, fallback) =>
      buildInner('formatter', { element: inner, fallback, parent: element, use: {} }, environment) as Formatter,
    emitError: (tag, event, error) => environment.emitError(tag, event, error, log),
  };
}

/** Checks an element against a plugin's schema and the parameters that every plugin of its kind has. */
export function checkPlugin(
  kind: Kind,
  schema: SectionSpec,
  element: Element,
  { problems, strict }: HostEnvironment,
): never {
  const common = commonParams(kind);
  const whole = {
    ...schema,
    params: { ...common.params, ...schema.params },
    sections: { ...common.sections, ...schema.sections },
  };
  return checkSection(whole, element, problems, { strict }) as never;
}

interface Inner {
  readonly element: Element | undefined;
  readonly fallback: string | undefined;
  readonly parent: Element;
  readonly use: ParserUse;
}

function buildInner(
  kind: 'parser' | 'formatter',
  { element, fallback, parent, use }: Inner,
  environment: HostEnvironment,
): Parser | Formatter | undefined {
  // The old spelling without `@` counts in sections of plugins only.
  const type = element?.params.get('@type')?.value || fallback;
  if (type === undefined) {
    environment.problems.error(element ?? parent, `'@type' is required in <${kind === 'parser' ? 'parse' : 'format'}>`);
    return undefined;
  }
  const definition = environment.loaded.get(kind, type);
  if (definition === undefined) {
    environment.problems.error(element ?? parent, unknownPlugin(kind, type));
    return undefined;
  }
  const own = element ?? parent.bare(kind === 'parser' ? 'parse' : 'format');
  const config = checkPlugin(kind, definition.schema, own, environment);
  const zones = ['utc', 'localtime'].filter((name) => own.params.has(name) && definition.schema.params[name]);
  const said = config as Readonly<Record<string, unknown>>;
  if (zones.length === 2 && said['utc'] === said['localtime'])
    environment.problems.error(own, 'both of utc and localtime are specified, use only one of them');
  return definition.create(config, createHost(own, type, environment, use));
}

export function typeOf(element: Element | undefined): string | undefined {
  const type = element?.params.get('@type')?.value ?? element?.params.get('type')?.value;
  return type === '' ? undefined : type;
}

/** In Fluentd's words, less its advice to install a gem. */
export function unknownPlugin(kind: Kind, type: string): string {
  return `Unknown ${kind} plugin '${type}'. No plugin of this name is built in; see docs/plugins for those that are`;
}
