/** The `<buffer>` section an output works with: the configured one, completed by the output's own defaults. */
import type { Element, Param } from '../config/element.ts';

/** `$arg` among the defaults gives the chunk keys of a section without argument. */
export function elementWithDefaults(output: Element, defaults: Readonly<Record<string, string>>): Element {
  const { $arg = '', ...params } = defaults;
  const given = output.child('buffer') ?? output.bare('buffer');
  const arg = given.arg === '' ? $arg : given.arg;
  const missing = Object.entries(params)
    .filter(([name]) => !given.params.has(name))
    .map(([name, value]): [string, Param] => [name, { value, quote: 'none', file: given.file, line: given.line }]);
  return given.copy({ arg, params: [...given.params, ...missing] });
}
