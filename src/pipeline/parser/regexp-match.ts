/** Matches byte strings with regexps that have named groups, and makes events of the groups. */
import { compileLineRegexp, type LineRegexp } from '../../ruby/line-regexp.ts';
import { PluginConfigError } from '../core/errors.ts';
import { LogEvent, NO_TIME } from '../core/event.ts';
import { Shape } from '../core/shape.ts';
import { type Slot, Text } from '../core/slot.ts';
import type { Host } from '../plugin.ts';

/** @throws PluginConfigError for a broken regexp and for one without named groups */
export function compileGroups(source: string, flags: string, host: Pick<Host, 'use'>, parameter: string): LineRegexp {
  let regexp: LineRegexp;
  try {
    regexp = compileLineRegexp(source, flags, host.use.encoding ?? 'bytes');
  } catch (error) {
    throw new PluginConfigError(`Invalid regexp '${source}' in '${parameter}': ${(error as Error).message}`);
  }
  if (regexp.names.length === 0)
    throw new PluginConfigError(
      `No named captures in '${parameter}' parameter. The regexp must have at least one named capture`,
    );
  return regexp;
}

/** Makes an event of the groups that took part in a match. */
export function eventMaker(names: readonly string[]): (values: readonly (string | undefined)[]) => LogEvent {
  const all = Shape.of(names);
  return (values) => {
    const slots: Slot[] = [];
    for (const value of values) if (value !== undefined) slots.push(new Text(value));
    const shape = slots.length === names.length ? all : Shape.of(names.filter((_, i) => values[i] !== undefined));
    return new LogEvent(NO_TIME, 0, shape, slots);
  };
}
