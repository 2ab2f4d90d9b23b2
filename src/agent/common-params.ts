/** Parameters and sections that every plugin of a kind has besides its own. */
import type { ParamSpec, SectionSpec } from '../config/schema.ts';
import type { Kind } from './registry.ts';

const TYPE: Record<string, ParamSpec> = { '@type': { type: 'string', alias: 'type', doc: 'Plugin type.' } };

const ANY: Record<string, ParamSpec> = {
  ...TYPE,
  '@id': { type: 'string', alias: 'id', doc: 'Unique name of this plugin: in logs, metrics and buffer paths.' },
  '@log_level': {
    type: 'string',
    alias: 'log_level',
    doc: 'Level of this plugin’s log: trace, debug, info, warn, error, fatal.',
  },
};

const LABEL: Record<string, ParamSpec> = {
  '@label': { type: 'string', doc: 'Label to which events go.' },
};

const BUFFER: Record<string, SectionSpec> = {
  buffer: { doc: 'The buffer.', params: {}, anyParam: true, plugin: 'buffer' },
  secondary: { doc: 'Where chunks go that could not be delivered.', params: {}, anyParam: true, plugin: 'output' },
};

export function commonParams(kind: Kind): { params: Record<string, ParamSpec>; sections: Record<string, SectionSpec> } {
  if (kind === 'output') {
    const slow: ParamSpec = { type: 'float', default: '20.0', doc: 'Warn when a flush takes longer (seconds).' };
    return {
      params: {
        ...ANY,
        ...LABEL,
        slow_flush_log_threshold: slow,
        time_as_integer: { type: 'bool', default: 'false', doc: 'Whole seconds only.' },
      },
      sections: BUFFER,
    };
  }
  if (kind === 'input') return { params: { ...ANY, ...LABEL }, sections: {} };
  return { params: kind === 'filter' ? ANY : TYPE, sections: {} };
}
