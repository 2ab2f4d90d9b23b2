/**
 * Parameters of elasticsearch_dynamic: Ruby in `${…}`, evaluated for each record, of `tag`, `tag_parts`, `time` and `record`.
 *
 * Guarantees: an expression ends at the first `}`, as the plugin reads it. Other parameters of the plugin, as `@logstash_dateformat`,
 * stand for their texts. An expression that fails, or gives no text, sends that record alone to the error stream.
 */
import { RubyTime } from '../../../ruby/objects.ts';
import { compileRuby, type Program } from '../../../ruby/program.ts';
import { rubyToS } from '../../../ruby/to-s.ts';
import { PluginConfigError } from '../../core/errors.ts';
import type { LogEvent } from '../../core/event.ts';
import type { Value } from '../../core/value.ts';

/** A text, or what gives one for a record. */
export type Dynamic = string | ((event: LogEvent) => string);

const EXPRESSION = /\$\{.+?\}/g;
const VARIABLES = ['record', 'tag', 'tag_parts', 'time'];

/** Gives what makes the text for the records of one tag. @throws PluginConfigError for what is no Ruby */
export function compileDynamic(
  text: string,
  { delimiter, params }: { readonly delimiter: string; readonly params: Readonly<Record<string, unknown>> },
): (tag: string) => Dynamic {
  const programs = (text.match(EXPRESSION) ?? []).map((found) => compile(found.slice(2, -1), params));
  if (programs.length === 0) return () => text;
  const [first = '', ...literals] = text.split(EXPRESSION);
  return (tag) => {
    const scope: Record<string, unknown> = { tag, tag_parts: tag.split(delimiter) };
    return (event) => {
      scope['time'] = new RubyTime(event.sec, event.nsec);
      return programs.reduce((out, program, i) => out + textOf(program.run(event, scope)) + literals[i]!, first);
    };
  };
}

/** Only a text can take the place of an expression. */
function textOf(value: Value): string {
  if (typeof value !== 'string')
    throw new TypeError(`no implicit conversion of ${rubyToS(value) || 'nil'} into String`);
  return value;
}

/** Instance variables of the plugin are its parameters. */
function compile(source: string, params: Readonly<Record<string, unknown>>): Program {
  const named = source.replace(/@(\w+)/g, (all, name: string) =>
    Object.hasOwn(params, name) ? JSON.stringify(String(params[name])) : all,
  );
  try {
    return compileRuby(named, VARIABLES);
  } catch (error) {
    throw new PluginConfigError(`\${${source}}: ${(error as Error).message}`);
  }
}
