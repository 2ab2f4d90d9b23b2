/** The `<buffer>` section an output works with: the configured one, completed by the output's own defaults. */
import type { Element, Param } from '../config/element.ts';

/**
 * `$arg` among the defaults gives the chunk keys of a section without argument; `$path` names the output's parameter that gives the path of
 * the buffer, where no `root_dir` of the system and `@id` of the output do.
 */
export function elementWithDefaults(
  output: Element,
  defaults: Readonly<Record<string, string>>,
  rootDir?: string,
): Element {
  const { $arg = '', $path, ...params } = defaults;
  const given = output.child('buffer') ?? output.bare('buffer');
  const arg = given.arg === '' ? $arg : given.arg;
  const hasPlace = rootDir !== undefined && output.params.has('@id');
  const own = $path === undefined || hasPlace ? undefined : output.text($path);
  const missing = Object.entries(own === undefined ? params : { ...params, path: own })
    .filter(([name]) => !given.params.has(name))
    .map(([name, value]): [string, Param] => [name, { value, quote: 'none', file: given.file, line: given.line }]);
  return given.copy({ arg, params: [...given.params, ...missing] });
}
