/** Examples of the reference pages, by kind. Nothing that runs in the agent imports them. */
import type { Kind } from '../../registry.ts';
import type { Examples } from './example.ts';
import { filters } from './filters.ts';
import { formatters } from './formatters.ts';
import { inputs } from './inputs.ts';
import { outputs } from './outputs.ts';
import { parsers } from './parsers.ts';

export const examples: Readonly<Record<Kind, Examples>> = {
  input: inputs,
  filter: filters,
  output: outputs,
  parser: parsers,
  formatter: formatters,
};
