/**
 * The plugins of a test run: inputs that wait for the cases' lines, outputs that keep what reaches them, filters as they are (but
 * kubernetes_metadata, which adds what the case says). Outputs that only lead events on (copy, relabel …) are as they are, too.
 */
import type { Element } from '../../config/element.ts';
import type { EventStream } from '../../pipeline/core/event.ts';
import type { Value } from '../../pipeline/core/value.ts';
import type { FilterDefinition, InputDefinition, InputHost, OutputDefinition, Parser } from '../../pipeline/plugin.ts';
import { type Definitions, type Kind, Loaded } from '../registry.ts';

export interface Arrived {
  readonly output: string;
  readonly type: string;
  readonly tag: string;
  readonly record: Record<string, Value>;
}
export interface Source {
  readonly element: Element;
  readonly host: InputHost;
  readonly parser: Parser | undefined;
}

const LEADING = new Set(['copy', 'relabel', 'roundrobin', 'rewrite_tag_filter', 'detect_exceptions']);

export class RecordingPlugins extends Loaded {
  readonly arrived: Arrived[] = [];
  readonly sources: Source[] = [];
  /** What kubernetes_metadata adds in the case that runs. */
  kubernetes: Readonly<Record<string, Value>> | undefined;

  override get<K extends Kind>(kind: K, type: string): Definitions[K] | undefined {
    const real = super.get(kind, type);
    if (real === undefined) return undefined;
    const definition = real as Definitions[Kind];
    if (definition.kind === 'input') return this.#input(definition) as Definitions[K];
    if (definition.kind === 'output' && !LEADING.has(type)) return this.#output(definition) as Definitions[K];
    if (definition.kind === 'filter' && type === 'kubernetes_metadata')
      return this.#metadata(definition) as Definitions[K];
    return real;
  }

  #input({ schema, type, doc }: InputDefinition): InputDefinition {
    return {
      ...{ kind: 'input', schema, type, doc },
      create: (_config, host) => {
        const parse = host.element.child('parse');
        this.sources.push({
          element: host.element,
          host,
          parser: parse === undefined ? undefined : host.parser(parse),
        });
        return {};
      },
    };
  }

  #output({ schema, type, doc }: Definitions['output']): OutputDefinition {
    return {
      ...{ kind: 'output', buffering: 'none', schema, type, doc },
      create: (_config, host) => ({ emit: (stream) => this.#keep(host.hasId ? host.id : type, type, stream) }),
    };
  }

  #keep(output: string, type: string, stream: EventStream): void {
    for (const event of stream.events) this.arrived.push({ output, type, tag: stream.tag, record: event.toObject() });
  }

  #metadata({ schema, type, doc }: FilterDefinition): FilterDefinition {
    return {
      ...{ kind: 'filter', schema, type, doc },
      create: () => ({
        plan: () => (stream) => {
          const { kubernetes } = this;
          if (kubernetes !== undefined) for (const event of stream.events) event.set('kubernetes', kubernetes);
          return stream;
        },
      }),
    };
  }
}
