/** Document lines: the record, or what an update makes of it. */
import type { LogEvent } from '../../core/event.ts';

export interface DocumentOptions {
  readonly operation: 'index' | 'create' | 'update' | 'upsert';
  /** Fields that an update leaves out … */
  readonly removeOnUpdate: readonly string[];
  /** … or the field that lists them; it never stays. */
  readonly removeOnUpdateKey: string | undefined;
  /** An update's body is the record itself. */
  readonly isBare: boolean;
}

export function compileDocument(options: DocumentOptions): (event: LogEvent) => string {
  const { operation, isBare } = options;
  if (operation === 'index' || operation === 'create') return (event) => event.toJson();
  return (event) => {
    const keys = removedKeys(event, options).filter((key) => event.has(key));
    const whole = event.toJson();
    for (const key of keys) event.delete(key);
    const update = keys.length === 0 ? whole : event.toJson();
    if (isBare) return update;
    if (operation === 'update') return `{"doc":${update}}`;
    return keys.length === 0 ? `{"doc":${update},"doc_as_upsert":true}` : `{"doc":${update},"upsert":${whole}}`;
  };
}

/** @throws TypeError for a list that is none */
function removedKeys(event: LogEvent, { removeOnUpdate, removeOnUpdateKey }: DocumentOptions): readonly string[] {
  if (removeOnUpdateKey === undefined) return removeOnUpdate;
  const listed = event.get(removeOnUpdateKey);
  event.delete(removeOnUpdateKey);
  if (listed === undefined || listed === null || listed === false) return removeOnUpdate;
  if (!Array.isArray(listed)) throw new TypeError(`'${removeOnUpdateKey}' is no list of fields`);
  return listed.filter((key): key is string => typeof key === 'string');
}
