/** Every parameter of a section with its value and where that comes from: a place of the file, or the default. */
import type { Element } from '../../config/element.ts';
import type { SectionSpec } from '../../config/schema.ts';
import { bufferSchema } from '../../pipeline/buffer/schema.ts';
import { elementWithDefaults } from '../buffer-defaults.ts';
import { commonParams } from '../common-params.ts';
import { typeOf } from '../host.ts';
import { maskedParams } from '../masked.ts';
import type { Loaded } from '../registry.ts';
import { SECTION_KINDS } from '../section-kinds.ts';

export interface Line {
  readonly depth: number;
  readonly name: string;
  readonly value: string;
  readonly source: string;
}

export function explainParams(element: Element, loaded: Loaded): Line[] {
  const kind = SECTION_KINDS[element.name];
  const type = typeOf(element);
  const definition = kind === undefined || type === undefined ? undefined : loaded.get(kind, type);
  if (kind === undefined || definition === undefined)
    return section(element, { doc: '', params: {}, anyParam: true }, 0, loaded);
  const common = commonParams(kind);
  const schema: SectionSpec = {
    ...definition.schema,
    params: { ...common.params, ...definition.schema.params },
    sections: { ...common.sections, ...definition.schema.sections },
  };
  const lines = section(element, schema, 0, loaded);
  const buffered = definition.kind === 'output' && definition.buffering !== 'none';
  if (!buffered || element.child('buffer') !== undefined) return lines;
  if (definition.buffering === 'with-section') return lines;
  return [...lines, ...bufferLines(element.bare('buffer'), definition.bufferDefaults ?? {}, 1, loaded)];
}

function section(element: Element, schema: SectionSpec, depth: number, loaded: Loaded): Line[] {
  const shown = maskedParams(element, schema);
  const lines: Line[] = [];
  const named = new Set<string>();
  for (const [name, spec] of Object.entries(schema.params)) {
    const own = element.params.has(name)
      ? name
      : spec.alias !== undefined && element.params.has(spec.alias)
        ? spec.alias
        : undefined;
    if (own !== undefined) {
      named.add(own);
      lines.push(given(depth, own, shown[own]!, element));
    } else if (!name.startsWith('@'))
      lines.push({
        depth,
        name,
        value: spec.default ?? 'nil',
        source: spec.default === undefined ? 'not set' : 'default',
      });
  }
  for (const name of element.params.keys()) {
    if (named.has(name)) continue;
    const line = given(depth, name, shown[name]!, element);
    lines.push(schema.anyParam ? line : { ...line, source: `${line.source}, not used` });
  }
  for (const child of element.children) {
    if (child.name === 'store') continue;
    lines.push({
      depth,
      name: `<${[child.name, child.arg].filter(Boolean).join(' ')}>`,
      value: '',
      source: placeOf(child),
    });
    lines.push(...inner(child, schema, depth + 1, loaded));
  }
  return lines;
}

function inner(child: Element, schema: SectionSpec, depth: number, loaded: Loaded): Line[] {
  if (child.name === 'buffer') return section(child, bufferSchema, depth, loaded);
  if (SECTION_KINDS[child.name] !== undefined)
    return explainParams(child, loaded).map((line) => ({ ...line, depth: line.depth + depth }));
  return section(child, schema.sections?.[child.name] ?? { doc: '', params: {}, anyParam: true }, depth, loaded);
}

/** A buffer that the file does not have: the output's own defaults come before the buffer's. */
function bufferLines(
  element: Element,
  defaults: Readonly<Record<string, string>>,
  depth: number,
  loaded: Loaded,
): Line[] {
  const whole = elementWithDefaults(element, defaults);
  const head: Line = {
    depth: depth - 1,
    name: `<${[whole.name, whole.arg].filter(Boolean).join(' ')}>`,
    value: '',
    source: 'default',
  };
  return [head, ...section(whole, bufferSchema, depth, loaded).map((line) => ({ ...line, source: 'default' }))];
}

function given(depth: number, name: string, value: string, element: Element): Line {
  const param = element.params.get(name)!;
  return { depth, name, value: value === '' ? '""' : value, source: placeOf(param) };
}

export function placeOf({ file, line }: { file: string; line: number }): string {
  return `${file}:${line}`;
}
