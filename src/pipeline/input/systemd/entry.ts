/** `<entry>`: which names a journal entry's fields get, and which of them are kept. */
import { PluginConfigError } from '../../core/errors.ts';

export interface EntryOptions {
  readonly field_map: Readonly<Record<string, unknown>>;
  readonly field_map_strict: boolean;
  readonly fields_strip_underscores: boolean;
  readonly fields_lowercase: boolean;
}

/** Fields in, fields out. */
export type MapFields = (fields: ReadonlyMap<string, string>) => Map<string, string>;

/** Several fields mapped to one are joined by spaces, in the order of the map. @throws PluginConfigError */
export function compileEntry(options: EntryOptions | undefined): MapFields {
  if (options === undefined) return (fields) => new Map(fields);
  const sources = sourcesOf(options.field_map);
  const mapped = new Set(Object.keys(options.field_map));
  const rename = (name: string) => {
    const bare = options.fields_strip_underscores ? name.replace(/^_+/, '') : name;
    return options.fields_lowercase ? bare.toLowerCase() : bare;
  };
  return (fields) => {
    const out = new Map<string, string>();
    for (const [target, names] of sources) {
      const values = names.map((name) => fields.get(name)).filter((value) => value !== undefined);
      if (values.length > 0) out.set(target, values.join(' '));
    }
    if (options.field_map_strict) return out;
    for (const [name, value] of fields) {
      if (mapped.has(name)) continue;
      const target = rename(name);
      const known = out.get(target);
      out.set(target, known === undefined ? value : `${value} ${known}`);
    }
    return out;
  };
}

/** New name → the fields that go there. */
function sourcesOf(map: Readonly<Record<string, unknown>>): Map<string, string[]> {
  const sources = new Map<string, string[]>();
  for (const [name, targets] of Object.entries(map)) {
    for (const target of Array.isArray(targets) ? targets : [targets]) {
      if (typeof target !== 'string')
        throw new PluginConfigError('`field_map` values must be strings or an array of strings');
      sources.set(target, [...(sources.get(target) ?? []), name]);
    }
  }
  return sources;
}
