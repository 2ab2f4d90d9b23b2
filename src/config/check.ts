/** Checks a section against its schema: types, required parameters and sections, unknown names; gives a typed configuration. */
import type { Element, Param } from './element.ts';
import type { Problems } from './problems.ts';
import type { ConfigOf, ParamSpec, SectionSpec } from './schema.ts';
import { masked } from './secrets.ts';
import { typedValue, ValueError, type ValueOptions } from './types.ts';

/**
 * Problems are collected, and a wrong parameter takes its default, so that the caller can go on and find more of them. The
 * result must not be used to start anything when there were errors.
 */
export function checkSection<S extends SectionSpec>(
  schema: S,
  element: Element,
  problems: Problems,
  options: ValueOptions = { strict: false },
): ConfigOf<S> {
  const config: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(schema.params))
    config[name] = paramValue(name, spec, element, problems, options);
  if (!schema.anyParam) warnUnknown(schema, element, problems);
  const sections: Record<string, unknown[]> = {};
  for (const [name, spec] of Object.entries(schema.sections ?? {})) {
    const found = element.children.filter((child) => child.name === name);
    if (spec.required && found.length === 0)
      problems.error(element, `<${name}> section is required in ${title(element)}`);
    if (!spec.multi && found.length > 1)
      problems.error(found[1]!, `<${name}> section is allowed once in ${title(element)}`);
    // Sections of inner plugins are checked by the plugin's own schema.
    sections[name] =
      spec.plugin === undefined ? found.map((child) => checkSection(spec, child, problems, options)) : [];
  }
  return { ...config, $element: element, $sections: sections } as unknown as ConfigOf<S>;
}

function paramValue(
  name: string,
  spec: ParamSpec,
  element: Element,
  problems: Problems,
  options: ValueOptions,
): unknown {
  const param = element.params.get(name) ?? (spec.alias === undefined ? undefined : element.params.get(spec.alias));
  const fallback = () => (spec.default === undefined ? undefined : typedValue(spec.default, spec));
  if (param === undefined || param.marker === 'default') {
    if (spec.required) problems.error(param ?? element, missing(name, element, param));
    return fallback();
  }
  if (spec.deprecated !== undefined) problems.warn(param, `'${name}' parameter is deprecated: ${spec.deprecated}`);
  let value: unknown;
  try {
    if (param.marker === undefined) value = typedValue(param.value, spec, options);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    // A conversion's message holds the value.
    const shown = spec.secret || masked(param.value) !== param.value ? 'invalid value' : error.message;
    problems.error(param, `'${name}' parameter in ${title(element)}: ${shown}`);
    return fallback();
  }
  if (value === undefined && (spec.required || spec.default !== undefined)) {
    problems.error(param, `'${name}' parameter in ${title(element)} is required but nil is specified`);
    return fallback();
  }
  return value;
}

function missing(name: string, element: Element, param: Param | undefined): string {
  if (param !== undefined) return `'${name}' in ${title(element)} doesn't have default value`;
  return `'${name}' parameter is required in ${title(element)}`;
}

/** Unknown parameters never stop Fluentd; its words. */
function warnUnknown(schema: SectionSpec, element: Element, problems: Problems): void {
  const known = new Set(
    Object.entries(schema.params).flatMap(([name, spec]) => (spec.alias ? [name, spec.alias] : [name])),
  );
  for (const [name, param] of element.params) {
    if (!known.has(name) && !param.copied)
      problems.warn(param, `parameter '${name}' in ${title(element)} is not used.`);
  }
  for (const child of element.children) {
    if (schema.sections?.[child.name] === undefined)
      problems.warn(child, `section <${child.name}> is not used in ${title(element)}`);
  }
}

function title(element: Element): string {
  return element.arg === '' ? `<${element.name}>` : `<${element.name} ${element.arg}>`;
}
