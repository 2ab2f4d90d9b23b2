/** Elements from text, without files and without Ruby: for tests and examples. */
import type { Element } from './element.ts';
import { parseConfig } from './parse.ts';
import { Problems, problemText } from './problems.ts';

/** The first section of the text, or the root where there is none. @throws Error with all problems of the text. */
export function elementFrom(text: string, file = 'fluent.conf'): Element {
  const problems = new Problems();
  const root = parseConfig(text, file, {
    problems,
    embed: (ruby) => {
      throw new Error(`no Ruby here: ${ruby}`);
    },
    files: { read: () => '', glob: () => [] },
  });
  if (problems.errors.length > 0) throw new Error(problems.errors.map(problemText).join('\n'));
  return root.children[0] ?? root;
}
