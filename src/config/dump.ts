/**
 * Elements as v1 text, for the own log at start. Parsing the text gives equal elements, except that secrets are `xxxxxx`
 * and Ruby is there with its result.
 */
import type { Element, Param } from './element.ts';
import type { SectionSpec } from './schema.ts';

/** Says whether a parameter must not be shown. */
export type IsSecret = (element: Element, name: string) => boolean;

export const SECRET_TEXT = 'xxxxxx';

const SECRET_NAMES = /passw|passphrase|_pass$|secret|shared_key|private_key$|token$|api_?key|credential/i;

/** By the name alone: for parameters without a schema. A file's path or a size is no secret. */
export const looksSecret: IsSecret = (_element, name) =>
  SECRET_NAMES.test(name) && !/(_path|_file|_length|_size|_ttl|_seconds)$/.test(name);

/** By a plugin's schema and its sections; what the schema does not know goes by its name. */
export function secretsOf(schema: SectionSpec, element: Element): IsSecret {
  const specs = new Map<Element, SectionSpec>();
  const visit = (spec: SectionSpec, at: Element) => {
    specs.set(at, spec);
    for (const child of at.children) {
      const inner = spec.sections?.[child.name];
      if (inner !== undefined) visit(inner, child);
    }
  };
  visit(schema, element);
  return (at, name) => {
    const params = specs.get(at)?.params;
    const spec = params?.[name] ?? Object.values(params ?? {}).find((param) => param.alias === name);
    return spec?.secret ?? (spec === undefined && looksSecret(at, name));
  };
}

/** Text of an element, of all of its content for the root. */
export function dumpElement(element: Element, isSecret: IsSecret = looksSecret, depth = 0): string {
  if (element.name === 'ROOT') return body(element, isSecret, depth);
  const indent = '  '.repeat(depth);
  const arg = element.arg === '' ? '' : ` ${argumentText(element.arg)}`;
  return `${indent}<${element.name}${arg}>\n${body(element, isSecret, depth + 1)}${indent}</${element.name}>\n`;
}

function body(element: Element, isSecret: IsSecret, depth: number): string {
  const indent = '  '.repeat(depth);
  const params = [...element.params].map(([name, param]) => {
    const value = isSecret(element, name) ? SECRET_TEXT : valueText(param);
    return `${indent}${keyText(name)} ${value}\n`;
  });
  return params.join('') + element.children.map((child) => dumpElement(child, isSecret, depth)).join('');
}

function keyText(name: string): string {
  return /^[^\s<>"'#]\S*$/.test(name) ? name : quoted(name);
}

function argumentText(arg: string): string {
  // A regexp pattern may hold quotes and `#`; only what would end the head or be trimmed must be quoted.
  return /^["'\s]|[>\n\r]|\s$/.test(arg) ? quoted(arg) : arg;
}

function valueText(param: Param): string {
  if (param.marker !== undefined) return `"#{use_${param.marker}}"`;
  if (param.quote === 'json') return param.value;
  return isPlain(param.value) ? param.value : quoted(param.value);
}

/** Text that stands for itself without quotes. */
function isPlain(text: string): boolean {
  return text !== '' && !/^[\s"'[{#]|[\n\r]|[ \t]#|\s$/.test(text);
}

const ESCAPED: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
  '\0': '\\0',
};

/** A double-quoted string; `#` is escaped only where Ruby would begin. */
export function quoted(text: string): string {
  return `"${text.replace(/[\n\r\t\f\b\0"\\]|#(?=\{)/g, (c) => ESCAPED[c] ?? `\\${c}`)}"`;
}
