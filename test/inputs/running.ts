/** Pipelines of a test, ended after it. */
import { afterEach } from 'vitest';
import { type Rig, rig } from '../plugins/rig.ts';

const running: Rig[] = [];

afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});

/** Starts a configuration; a capture output takes everything unless `text` has a match of its own. */
export async function start(text: string): Promise<Rig> {
  const one = await rig(text.includes('<match') ? text : `${text}\n<match **>\n@type capture\n</match>`);
  running.push(one);
  return one;
}

/** A `<source>` on 127.0.0.1. */
export function source(type: string, port: number, more = ''): string {
  return `<source>\n@type ${type}\nbind 127.0.0.1\nport ${port}\n${more}\n</source>`;
}
