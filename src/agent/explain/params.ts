/** Every parameter of a section with its value and where that comes from: a place of the file, or the default. Old spellings only where they are used. */
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

const NOTHING: SectionSpec = { doc: '', params: {}, anyParam: true };

export function explainParams(element: Element, loaded: Loaded): Line[] {
  const kind = SECTION_KINDS[element.name];
  const type = typeOf(element);
  const definition = kind === undefined || type === undefined ? undefined : loaded.get(kind, type);
  if (kind === undefined || definition === undefined) return section(element, NOTHING, 0, loaded);
  const common = commonParams(kind);
  const schema: SectionSpec = {
    ...definition.schema,
    params: { ...common.params, ...definition.schema.params },
    sections: { ...common.sections, ...definition.schema.sections },
  };
  if (definition.kind !== 'output' || definition.buffering === 'none') return section(element, schema, 0, loaded);
  const buffer = element.child('buffer');
  const lines = section(element, schema, 0, loaded);
  if (buffer === undefined && definition.buffering === 'with-section') return lines;
  return [...lines, ...bufferLines(element, definition.bufferDefaults ?? {}, loaded)];
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
    } else if (!name.startsWith('@') && spec.deprecated === undefined)
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
    // Stores are steps of their own; a buffer's defaults depend on the output.
    if (child.name === 'store' || child.name === 'buffer') continue;
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
  if (SECTION_KINDS[child.name] !== undefined)
    return explainParams(child, loaded).map((line) => ({ ...line, depth: line.depth + depth }));
  return section(child, schema.sections?.[child.name] ?? NOTHING, depth, loaded);
}

/** The buffer as the output uses it: what the file does not say are the output's own defaults, then the buffer's. */
function bufferLines(output: Element, defaults: Readonly<Record<string, string>>, loaded: Loaded): Line[] {
  const whole = elementWithDefaults(output, defaults);
  const child = output.child('buffer');
  const lines = section(whole, bufferSchema, 1, loaded);
  const own = lines.map((line) => (isDefault(line, child) ? { ...line, source: 'default' } : line));
  const name = `<${[whole.name, whole.arg].filter(Boolean).join(' ')}>`;
  return [{ depth: 0, name, value: '', source: child === undefined ? 'default' : placeOf(child) }, ...own];
}

/** What stands in the section itself has a place; its inner sections' lines have theirs. */
function isDefault({ depth, name, source }: Line, given: Element | undefined): boolean {
  return source !== 'not set' && (given === undefined || (depth === 1 && !given.params.has(name)));
}

function given(depth: number, name: string, value: string, element: Element): Line {
  const param = element.params.get(name)!;
  return { depth, name, value: value === '' ? '""' : value, source: placeOf(param) };
}

export function placeOf({ file, line }: { file: string; line: number }): string {
  return `${file}:${line}`;
}
