/** `newline` and `add_newline`, which most formatters have. */
import type { SectionSpec } from '../../config/schema.ts';

export const NEWLINE = {
  add_newline: { type: 'bool', default: 'true', doc: 'End each record with a line end.' },
  newline: { type: 'enum', values: ['lf', 'crlf'], default: 'lf', doc: 'Which line end.' },
} as const satisfies SectionSpec['params'];

export function lineEnd(config: { readonly add_newline?: boolean; readonly newline: 'lf' | 'crlf' }): string {
  if (config.add_newline === false) return '';
  return config.newline === 'crlf' ? '\r\n' : '\n';
}
