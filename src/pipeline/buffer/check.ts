/** What a buffer's section may not say beyond its schema, in Fluentd's words. */
import type { Element } from '../../config/element.ts';
import type { Problems } from '../../config/problems.ts';
import type { ConfigOf } from '../../config/schema.ts';
import { parseAccessor } from '../core/accessor.ts';
import { chunkKeys } from './placeholders.ts';
import type { bufferSchema } from './schema.ts';

/** More chunk keys than that make many small chunks. */
const MANY_KEYS = 4;

export interface Checked {
  readonly config: ConfigOf<typeof bufferSchema>;
  /** The section completed by the output's defaults. */
  readonly buffer: Element;
  /** The section as the file has it. */
  readonly given: Element | undefined;
}

export function checkBuffer({ config, buffer, given }: Checked, problems: Problems): void {
  const keys = chunkKeys(buffer);
  for (const key of keys.fields) {
    const problem = keyProblem(key);
    if (problem !== undefined) problems.error(buffer, problem);
  }
  if (keys.time && config.timekey === undefined)
    problems.error(buffer, "<buffer ...> argument includes 'time', but timekey is not configured");
  if (keys.time && config.timekey !== undefined && config.timekey <= 0)
    problems.error(buffer, `timekey should be greater than 0. current timekey: ${config.timekey}`);
  if ((keys.tag ? 1 : 0) + keys.fields.length >= MANY_KEYS)
    problems.warn(buffer, 'many chunk keys specified, and it may cause too many chunks on your system.');
  checkFlush({ config, buffer, given }, keys.time, problems);
}

function keyProblem(key: string): string | undefined {
  if (key.startsWith('$[')) return 'in chunk_keys: bracket notation is not allowed';
  try {
    parseAccessor(key);
  } catch (error) {
    return `in chunk_keys: ${(error as Error).message}`;
  }
  const plain = /^[-_.@a-zA-Z0-9]+$/.test(key) || key.startsWith('$.');
  return plain ? undefined : 'chunk_keys specification includes invalid char';
}

function checkFlush({ config, buffer, given }: Checked, time: boolean, problems: Problems): void {
  const mode = config.flush_mode !== 'default' ? config.flush_mode : time ? 'lazy' : 'interval';
  const interval = given?.params.get('flush_interval');
  if (mode !== 'interval' && interval !== undefined && !interval.copied) {
    if (given?.params.has('flush_mode'))
      problems.error(
        interval,
        `'flush_interval' can't be specified when 'flush_mode' is not 'interval' explicitly: '${mode}'`,
      );
    else
      problems.warn(interval, `'flush_interval' is ignored because default 'flush_mode' is not 'interval': '${mode}'`);
  }
  if (config.flush_at_shutdown === false && config['@type'] === 'memory')
    problems.warn(
      buffer,
      "'flush_at_shutdown' is false, and buffer plugin 'memory' is not persistent buffer: what it holds is lost at a stop",
    );
}
