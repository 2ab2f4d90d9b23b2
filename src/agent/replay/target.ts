/** The output that takes dead letters again: one of a configuration, or an Elasticsearch at a URL. Built bare, without its buffer. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Element } from '../../config/element.ts';
import { realPorts } from '../../pipeline/io/ports.ts';
import type { BufferedOutput } from '../../pipeline/plugin.ts';
import type { Configuration } from '../commands/offline.ts';
import { checkPlugin, createHost, type HostEnvironment, typeOf } from '../host.ts';
import { hostOfOutput } from '../outputs.ts';
import type { Loaded } from '../registry.ts';
import { SECTION_KINDS } from '../section-kinds.ts';
import { Log } from '../telemetry/log.ts';
import { MetricsRegistry } from '../telemetry/metrics.ts';

/** Every output that may have written dead letters, at any depth. */
export function candidates(element: Element, loaded: Loaded): Element[] {
  const isOutput = SECTION_KINDS[element.name] === 'output';
  const schema = isOutput ? loaded.get('output', typeOf(element) ?? '')?.schema : undefined;
  const own = schema?.params['dead_letter_file'] === undefined ? [] : [element];
  return [...own, ...element.children.flatMap((child) => candidates(child, loaded))];
}

/** The output with this id; else the one that wrote the file; else the only one. @returns a message where there is none */
export function chooseTarget(found: readonly Element[], file: string, id: string | undefined): Element | string {
  const names = found.map((one) => `${one.text('@id') ?? typeOf(one)} (${one.file}:${one.line})`).join(', ');
  if (id !== undefined)
    return found.find((one) => one.text('@id') === id) ?? `no elasticsearch output has @id ${id}; there are: ${names}`;
  const writers = found.filter((one) => isWriter(one, file));
  const [first, ...others] = writers.length > 0 ? writers : found;
  if (first === undefined) return 'the configuration has no elasticsearch output: name one with --url';
  return others.length === 0 ? first : `several outputs may be meant, name one with --output ID: ${names}`;
}

function isWriter(element: Element, file: string): boolean {
  const own = element.text('dead_letter_file');
  if (own === undefined) return false;
  const real = (name: string) => (fs.existsSync(name) ? fs.realpathSync(name) : path.resolve(name));
  // Older parts and those of other workers.
  const base = file
    .replace(/\.refused$/, '')
    .replace(/\.\d+$/, '')
    .replace(/\.worker\d+$/, '');
  return real(base) === real(own);
}

export interface Built {
  readonly output: BufferedOutput;
  readonly log: Log;
}

/** What is refused again goes to the file `refused`. Problems of the configuration are in `configuration.problems`. */
export function buildTarget(
  element: Element,
  refused: string,
  { loaded, problems, system, secrets }: Configuration,
  env: Readonly<Record<string, string | undefined>>,
  print: (text: string) => void,
): Built {
  const type = typeOf(element)!;
  const definition = loaded.get('output', type)!;
  if (definition.buffering === 'none') throw new Error(`${type} cannot take dead letters`);
  const options = { level: 'error', format: 'text', time: () => '', write: print, workerId: 0 } as const;
  const log = new Log({ ...options }, secrets);
  const environment: HostEnvironment = {
    ...{ loaded, problems, log, env, workerId: 0, workers: 1, strict: system.strict, rootDir: os.tmpdir() },
    ...{ ports: realPorts, metrics: new MetricsRegistry(), exposed: new MetricsRegistry(), emitError: () => undefined },
  };
  const own = element.withParam('dead_letter_file', refused).withParam('dead_letter_limit_size', '1t');
  // There is no pipeline that would take them.
  own.params.delete('retry_tag');
  const config = checkPlugin('output', definition.schema, own, environment);
  const host = hostOfOutput(createHost(own, type, environment), own, system);
  return { output: definition.create(config, host), log };
}
