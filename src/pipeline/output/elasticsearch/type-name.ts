/** Chunks that were rendered before the version was known, or for an older server, get the type name of the server that is there. */

import type { TypeName } from './action.ts';

/** An action line up to its type: 1 the index, 2 the type where there is one. */
const ACTION_HEAD = /^(\{"\w+":\{"_index":"(?:[^"\\]|\\.)*")(,"_type":(?:null|"(?:[^"\\]|\\.)*"))?/;

/** The same bytes where the first item's type is the wanted one: a chunk has one type. */
export function fitType(bytes: Buffer, type: TypeName): Buffer {
  const wanted = type === undefined ? '' : `,"_type":${JSON.stringify(type)}`;
  const first = ACTION_HEAD.exec(bytes.toString('latin1', 0, Math.max(0, bytes.indexOf(10))));
  if (first === null || (first[2] ?? '') === wanted) return bytes;
  const lines = bytes.toString('latin1').split('\n');
  for (let i = 0; i < lines.length - 1; i += 2)
    lines[i] = lines[i]!.replace(ACTION_HEAD, (_all, index: string) => index + wanted);
  return Buffer.from(lines.join('\n'), 'latin1');
}
