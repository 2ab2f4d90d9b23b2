/** `<record>` and `prepare_value` of record_modifier. */
import type { Element } from '../../../config/element.ts';
import { compileTemplate } from '../../../ruby/placeholder.ts';
import { evaluate } from '../../../ruby/program.ts';
import { PluginConfigError } from '../../core/errors.ts';
import type { LogEvent } from '../../core/event.ts';
import { Plain, Shared, type Slot } from '../../core/slot.ts';
import { Float, type Value } from '../../core/value.ts';

const NAMES = ['record', 'time', 'tag', 'tag_parts'];

/** Values of `@name`s, by name. @throws PluginConfigError for Ruby that is more than assignments */
export function preparedValues(text: string | undefined): ReadonlyMap<string, Value> {
  const values = new Map<string, Value>();
  for (const statement of (text ?? '').split(/[;\n]/).map((part) => part.trim())) {
    if (statement === '' || /^(?:require|#)/.test(statement)) continue;
    const found = /^@(\w+)\s*=\s*(.+)$/s.exec(statement);
    if (found === null) throw new PluginConfigError(`prepare_value can only hold assignments to @names: ${statement}`);
    const known = Object.fromEntries([...values].map(([name, value]) => [variable(name), value]));
    try {
      values.set(found[1]!, evaluate(withVariables(found[2]!, values), known) as Value);
    } catch (error) {
      throw new PluginConfigError(
        `Pass invalid syntax parameter : key = prepare_value, value = ${(error as Error).message}`,
      );
    }
  }
  return values;
}

/** Per tag, a function that sets all fields of an event. @throws PluginConfigError; the function throws what Ruby throws */
export function compileFields(
  sections: readonly Element[],
  prepared: ReadonlyMap<string, Value>,
): (tag: string) => (event: LogEvent) => void {
  const known = Object.fromEntries([...prepared].map(([name, value]) => [variable(name), value]));
  const fields = sections.flatMap((section) =>
    [...section.params].map(([key, param]) => ({ key, slot: slotOf(key, param.value, prepared) })),
  );
  return (tag) => {
    // One scope per tag; only the time changes with the event.
    const scope: Record<string, unknown> = { ...known, tag, tag_parts: tag.split('.') };
    return (event) => {
      for (const { key, slot } of fields) event.setSlot(key, slot(event, scope));
    };
  };
}

type SlotOf = (event: LogEvent, scope: Record<string, unknown>) => Slot;

function slotOf(key: string, text: string, prepared: ReadonlyMap<string, Value>): SlotOf {
  if (!text.includes('${')) {
    const constant = new Shared(text);
    return () => constant;
  }
  try {
    const program = compileTemplate(withVariables(text, prepared), [...NAMES, ...[...prepared.keys()].map(variable)]);
    const field = program.simpleField;
    if (field !== undefined) return (event) => event.slot(field) ?? 'null';
    const timed = program.deps.variables.includes('time');
    return (event, scope) => {
      if (timed) scope['time'] = timeValue(event);
      return new Plain(program.run(event, scope));
    };
  } catch (error) {
    throw new PluginConfigError(
      `Pass invalid syntax parameter : key = ${key}, value = ${text}: ${(error as Error).message}`,
    );
  }
}

/** Fluentd's event time is a number to Ruby: `Time.at(time)`. */
function timeValue(event: LogEvent): Value {
  if (event.nsec === 0) return event.sec;
  const value = event.sec + event.nsec / 1e9;
  return Number.isInteger(value) ? new Float(value) : value;
}

function variable(name: string): string {
  return `prepared_${name}`;
}

/** The instance variables that are known, as local ones. */
function withVariables(text: string, prepared: ReadonlyMap<string, Value>): string {
  return text.replace(/(?<![\w@])@(\w+)/g, (all, name: string) => (prepared.has(name) ? variable(name) : all));
}
