/**
 * Templates of record_transformer with `enable_ruby`: a value that is one `${…}` is that expression, with its type; anything else is a
 * Ruby string in which `${…}` is `#{…}`, escapes and all, as Fluentd has it.
 */
import { compileRuby, type Program } from './program.ts';

export type { Program };

export function compileTemplate(text: string, variables: readonly string[]): Program {
  const lone = text.startsWith('${') && text.endsWith('}') && text.indexOf('${', 2) < 0;
  return compileRuby(lone ? text.slice(2, -1) : stringLiteral(text), variables);
}

/** A `%Q` literal with a delimiter that the text does not hold. */
function stringLiteral(text: string): string {
  const delimiter = ['\x01', '\x02', '|', '~', '!', '@'].find((c) => !text.includes(c)) ?? '\x03';
  return `%Q${delimiter}${text.replaceAll('${', '#{')}${delimiter}`;
}
