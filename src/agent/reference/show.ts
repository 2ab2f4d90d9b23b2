/** `--show-plugin-config KIND:TYPE`: a plugin's parameters, printed from its schema. */
import type { ParamSpec, SectionSpec } from '../../config/schema.ts';
import { commonParams } from '../common-params.ts';
import { type Definitions, type Kind, Loaded, registry } from '../registry.ts';

export async function showPluginConfig(name: string, print: (text: string) => void): Promise<number> {
  const [kind, type] = name.split(':') as [Kind, string | undefined];
  if (type === undefined || registry[kind]?.[type] === undefined) {
    const known = Object.entries(registry).flatMap(([k, lines]) => Object.keys(lines).map((t) => `${k}:${t}`));
    print(`unknown plugin ${name}; known are:\n${known.join('\n')}\n`);
    return 1;
  }
  const loaded = new Loaded();
  await loaded.load(kind, type);
  const definition: Definitions[Kind] | undefined = loaded.get(kind, type);
  const common = commonParams(kind);
  const schema = definition!.schema;
  print(`${kind} ${type}: ${definition!.doc}\n`);
  print(
    section(
      {
        ...schema,
        params: { ...common.params, ...schema.params },
        sections: { ...common.sections, ...schema.sections },
      },
      '',
    ),
  );
  return 0;
}

function section(spec: SectionSpec, indent: string): string {
  const params = Object.entries(spec.params).map(([name, param]) => `${indent}${name}: ${paramText(param)}\n`);
  const inner = Object.entries(spec.sections ?? {}).map(
    ([name, child]) => `${indent}<${name}>: ${child.doc}\n${section(child, `${indent}  `)}`,
  );
  return [...params, ...inner].join('');
}

function paramText(param: ParamSpec): string {
  const type = param.type === 'enum' ? (param.values ?? []).join('|') : param.type;
  const need = param.required
    ? 'required'
    : param.default === undefined
      ? 'optional'
      : `default ${JSON.stringify(param.default)}`;
  const old = param.deprecated === undefined ? '' : ` (deprecated: ${param.deprecated})`;
  return `${type} (${need}) ${param.doc}${old}`;
}
