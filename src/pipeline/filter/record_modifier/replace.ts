/** `<replace>`: Ruby's own `gsub` on a field. */
import { RRegexp } from '../../../ruby/objects.ts';
import { compileRuby } from '../../../ruby/program.ts';
import { compileRegexp } from '../../../ruby/regexp.ts';
import { PluginConfigError } from '../../core/errors.ts';
import type { LogEvent } from '../../core/event.ts';

interface Replacement {
  readonly key: string | undefined;
  readonly expression: string | undefined;
  readonly replace: string | undefined;
}

/** @throws PluginConfigError; the result throws for a field that is no string */
export function compileReplacements(sections: readonly Replacement[]): (event: LogEvent) => void {
  if (sections.length === 0) return () => undefined;
  const gsub = compileRuby('text.gsub(pattern, by)', ['text', 'pattern', 'by']);
  const all = sections.map(({ key = '', expression = '', replace = '' }) => {
    const source = /^\/(.*)\/$/s.exec(expression)?.[1] ?? expression;
    try {
      const regexp = compileRegexp(source);
      return { key, by: replace, pattern: new RRegexp(source, '', regexp), regexp };
    } catch (error) {
      throw new PluginConfigError((error as Error).message);
    }
  });
  return (event) => {
    for (const { key, by, pattern, regexp } of all) {
      const text = event.get(key);
      if (text === undefined || text === null) continue;
      if (typeof text !== 'string') throw new TypeError(`no implicit conversion of ${key} into String`);
      regexp.lastIndex = 0;
      if (regexp.test(text)) event.set(key, gsub.run(event, { text, pattern, by }));
    }
  };
}
