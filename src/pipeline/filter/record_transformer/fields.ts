/**
 * The `<record>` sections compiled: `${…}` in keys and values, values that are JSON hashes or arrays expanded leaf by leaf.
 * Ruby is parsed once, at start; per tag only names are bound.
 */

import os from 'node:os';
import type { Element } from '../../../config/element.ts';
import { compileTemplate, type Program } from '../../../ruby/placeholder.ts';
import { rubyToS } from '../../../ruby/to-s.ts';
import { type PlacedProblem, PluginConfigError, SluiceError } from '../../core/errors.ts';
import type { LogEvent } from '../../core/event.ts';
import type { Slot } from '../../core/slot.ts';
import { Float, isHash, parseJson, type Value } from '../../core/value.ts';
import type { FilterHost } from '../../plugin.ts';
import { expandPlain } from './expander.ts';
import { type Expression, expression, single, slotOf } from './expression.ts';
import { type TagNames, tagNames } from './names.ts';
import { rubyExpression } from './ruby.ts';

export interface FieldOptions {
  readonly ruby: boolean;
  readonly typecast: boolean;
  readonly host: FilterHost;
}

/**
 * New fields of one event, in order, computed from the event as it is: values go into `slots`, their keys come back. The keys are those of this
 * event until the next call. @throws what an expression throws.
 */
export type Assignments = (event: LogEvent, slots: Slot[]) => readonly string[];

const NAMES = ['record', 'time', 'tag', 'tag_parts', 'tag_prefix', 'tag_suffix', 'hostname'];

/** A template text bound to a tag. */
type Template = (names: TagNames) => Expression;

export function compileFields(sections: readonly Element[], options: FieldOptions): (tag: string) => Assignments {
  const problems: PlacedProblem[] = [];
  const fields = sections.flatMap((section) =>
    [...section.params].flatMap(([key, { file, line, value, literal }]) => {
      try {
        return [
          {
            key: template(key, options),
            value: literal === undefined ? valueTemplate(value, options) : constant(literal, value),
          },
        ];
      } catch (error) {
        problems.push({ file, line, message: `'${key}' in <record>: ${(error as Error).message}` });
        return [];
      }
    }),
  );
  if (problems.length > 0) throw new PluginConfigError(problems[0]!.message, problems);
  return (tag) => {
    const names = tagNames(tag, os.hostname());
    return assignments(fields.map((field) => [field.key(names), cast(field.value(names), options)]));
  };
}

function assignments(fields: readonly (readonly [Expression, Expression])[]): Assignments {
  const compiled = fields.map(([key, value]) => ({ key: keyOf(key), slot: slotOf(value) }));
  const keys = compiled.map(() => '');
  return (event, slots) => {
    for (let i = 0; i < compiled.length; i++) {
      const { key, slot } = compiled[i]!;
      keys[i] = key(event);
      slots[i] = slot(event);
    }
    return keys;
  };
}

function keyOf(key: Expression): (event: LogEvent) => string {
  if (key.keys !== 'all' && key.keys.length === 0 && key.field === undefined) {
    let text: string | undefined;
    return (event) => {
      text ??= rubyToS(key.value(event));
      return text;
    };
  }
  const one = key.keys === 'all' ? single : (event: LogEvent) => event;
  return (event) => rubyToS(key.value(one(event)));
}

function cast(value: Expression, options: FieldOptions): Expression {
  if (options.typecast) return value;
  return expression.of(value.keys, (event) => rubyToS(value.value(event)));
}

function template(text: string, options: FieldOptions): Template {
  if (!options.ruby) return (names) => expandPlain(text, names, (message) => options.host.log.warn(message));
  // With Ruby each text is a string literal of it, with its escapes and `#{…}`.
  if (!/[\\]|[$#]\{/.test(text)) return () => expression.constant(text);
  const program: Program = compileTemplate(text, NAMES);
  return (names) => told(rubyExpression(program, names), text);
}

/** What goes wrong is told with the template, in Fluentd's words. */
function told(e: Expression, text: string): Expression {
  if (e.field !== undefined) return e;
  return expression.of(e.keys, (event) => {
    try {
      return e.value(event);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new SluiceError('ERR_EXPRESSION', `failed to expand \`${text}\` : error = ${message}`);
    }
  });
}

function valueTemplate(text: string, options: FieldOptions): Template {
  if (!/^[[{]/.test(text)) return template(text, options);
  let parsed: Value;
  try {
    parsed = parseJson(text);
  } catch (error) {
    throw new PluginConfigError(`failed to parse the value as JSON (${(error as Error).message}): ${text}`);
  }
  return nested(parsed, options);
}

/** What YAML has as a number, a boolean or null stays one; a number with a point is a float. */
function constant(literal: number | bigint | boolean | null, text: string): Template {
  const value = Number.isInteger(literal) && text.includes('.') ? new Float(Number(literal)) : literal;
  return () => expression.constant(value);
}

function nested(value: Value, options: FieldOptions): Template {
  if (typeof value === 'string') return template(value, options);
  if (Array.isArray(value)) {
    const items = value.map((item) => nested(item, options));
    return (names) =>
      join(
        items.map((item) => item(names)),
        (values) => values,
      );
  }
  if (isHash(value)) {
    const keys = Object.keys(value).map((key) => template(key, options));
    const items = Object.values(value).map((item) => nested(item, options));
    return (names) =>
      join(
        [...keys, ...items].map((item) => item(names)),
        (values) => Object.fromEntries(keys.map((_, i) => [rubyToS(values[i]!), values[keys.length + i]!])),
      );
  }
  return () => expression.constant(value);
}

function join(parts: readonly Expression[], make: (values: Value[]) => Value): Expression {
  const keys = parts.some((part) => part.keys === 'all')
    ? 'all'
    : parts.flatMap((part) => part.keys as readonly string[]);
  return expression.of(keys, (event) => make(parts.map((part) => part.value(event))));
}
