/** docs/plugins: a page per plugin, made of its schema alone, and a list of all. */
import type { ParamSpec, SectionSpec } from '../../config/schema.ts';
import { bufferSchema } from '../../pipeline/buffer/schema.ts';
import { commonParams } from '../common-params.ts';
import { type Definitions, type Kind, Loaded, registry } from '../registry.ts';
import { examples } from './examples/index.ts';

const NOTE = '<!-- Made by `npm run docs` from the schemas and examples: change those. -->\n';
/** Fluentd's names for the kinds, as in `in_tail`. */
const PREFIX: Readonly<Record<Kind, string>> = {
  input: 'in',
  filter: 'filter',
  output: 'out',
  parser: 'parser',
  formatter: 'formatter',
};

/** Text of each file by its name in docs/plugins. */
export async function pluginPages(): Promise<Map<string, string>> {
  const pages = new Map<string, string>();
  const list: string[] = [];
  for (const kind of Object.keys(registry) as Kind[]) {
    list.push(`\n## ${kind[0]!.toUpperCase()}${kind.slice(1)}s\n`);
    for (const type of Object.keys(registry[kind]).sort()) {
      const loaded = new Loaded();
      await loaded.load(kind, type);
      const definition: Definitions[Kind] = loaded.get(kind, type)!;
      const name = `${PREFIX[kind]}_${type}.md`;
      pages.set(name, page(kind, type, definition));
      list.push(`- [${type}](${name}): ${definition.doc}`);
    }
  }
  pages.set('buffer.md', bufferPage());
  const head = `${NOTE}# Plugins\n\nEvery plugin that is built in. [The \`<buffer>\` section](buffer.md) is the same for all outputs that have one.\n`;
  pages.set('README.md', `${head}${list.join('\n')}\n`);
  return pages;
}

function page(kind: Kind, type: string, definition: Definitions[Kind]): string {
  const common = commonParams(kind);
  const schema: SectionSpec = {
    ...definition.schema,
    params: { ...definition.schema.params, ...common.params },
    sections: { ...definition.schema.sections, ...common.sections },
  };
  return `${NOTE}# ${type} (${kind})\n\n${definition.doc}\n\nFluentd's \`${PREFIX[kind]}_${type}\`.\n${buffering(definition)}${exampleOf(kind, type)}${parameters(section(schema, 2))}`;
}

function exampleOf(kind: Kind, type: string): string {
  const example = examples[kind][type];
  if (example === undefined) return '';
  const { doc, config, lines, given, records, text, time } = example;
  const json = (values: readonly object[]) => values.map((value) => JSON.stringify(value)).join('\n');
  const block = (title: string, content: string | undefined) =>
    content === undefined ? '' : `\n${title}\n\n\`\`\`\n${content}\n\`\`\`\n`;
  return `\n## Example\n\n${doc}\n\n\`\`\`\n${config}\n\`\`\`\n${[
    block(lines?.length === 1 ? 'Takes' : 'Takes the lines', lines?.join('\n')),
    block('Takes', given && json(given)),
    block('Gives', records && json(records)),
    time === undefined ? '' : `\nTime of the ${lines!.length > 1 ? 'last ' : ''}event: \`${time}\`.\n`,
    block('Writes', text?.trimEnd()),
  ].join('')}`;
}

function parameters(tables: string): string {
  return tables === '' ? '' : `\n## Parameters\n${tables}`;
}

function buffering(definition: Definitions[Kind]): string {
  if (definition.kind !== 'output' || definition.buffering === 'none') return '';
  const when =
    definition.buffering === 'always'
      ? 'It has a buffer'
      : 'It has a buffer where the configuration has a `<buffer>` section';
  const own = Object.entries(definition.bufferDefaults ?? {}).map(([name, value]) =>
    name === '$arg'
      ? `chunk keys \`${value}\``
      : name === '$path'
        ? `\`path\`: the output’s \`${value}\``
        : `\`${name} ${value}\``,
  );
  return `\n${when}: see [buffer](buffer.md).${own.length === 0 ? '' : ` Its defaults: ${own.join(', ')}.`}\n`;
}

function bufferPage(): string {
  return `${NOTE}# The \`<buffer>\` section\n\n${bufferSchema.doc}\n${section(bufferSchema, 2)}`;
}

function section(spec: SectionSpec, level: number): string {
  const params = Object.entries(spec.params);
  const table =
    params.length === 0
      ? ''
      : `\n| parameter | type | default | meaning | Fluentd's |\n|---|---|---|---|---|\n${params.map(([name, param]) => row(name, param)).join('\n')}\n`;
  const inner = Object.entries(spec.sections ?? {}).map(([name, child]) => {
    const often = [child.required ? 'required' : '', child.multi ? 'may stand more than once' : '']
      .filter(Boolean)
      .join(', ');
    const any = child.anyParam && child.plugin === undefined ? '\nAny parameter.\n' : '';
    return `\n${'#'.repeat(Math.min(level, 6))} \`<${name}>\`${often === '' ? '' : ` (${often})`}\n\n${child.doc}\n${any}${section(child, level + 1)}`;
  });
  return table + inner.join('');
}

function row(name: string, param: ParamSpec): string {
  const type = param.type === 'enum' ? (param.values ?? []).map((value) => `\`${value}\``).join(', ') : typeName(param);
  const fallback = param.required
    ? 'required'
    : param.default === undefined
      ? ''
      : `\`${param.default === '' ? '""' : param.default}\``;
  const also = param.alias === undefined ? '' : ` Also \`${param.alias}\`.`;
  const old = param.deprecated === undefined ? '' : ` Deprecated: ${param.deprecated}.`;
  const secret = param.secret ? ' Never printed.' : '';
  const fluentd =
    param.fluentd === undefined ? 'the same' : param.fluentd === 'ignored' ? 'has no effect here' : param.fluentd;
  return `| ${[`\`${name}\``, type, fallback, `${param.doc}${also}${old}${secret}`, fluentd].map(cell).join(' | ')} |`;
}

function typeName(param: ParamSpec): string {
  return param.of === undefined ? param.type : `${param.type} of ${param.of}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
