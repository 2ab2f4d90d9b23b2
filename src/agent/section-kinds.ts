/** Which sections configure a plugin, and of what kind. */
import type { Kind } from './registry.ts';

export const SECTION_KINDS: Readonly<Record<string, Kind>> = {
  source: 'input',
  filter: 'filter',
  match: 'output',
  store: 'output',
  secondary: 'output',
  parse: 'parser',
  pattern: 'parser',
  format: 'formatter',
};
