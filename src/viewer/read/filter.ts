/**
 * Filters by level, stream, words or a regular expression; the same in the API, the command line and the page.
 *
 * Guarantees: a text given by a user is never query language; an expression that takes too long (MATCH_MS for a page) is refused instead of holding
 * up everybody. Words: all of them, anywhere in the line, whatever their case.
 */
import vm from 'node:vm';
import { badRequest, ViewerError } from '../errors.ts';
import type { Entry } from './entry.ts';
import { LEVELS, type Level } from './level.ts';

export interface FilterSpec {
  readonly levels?: readonly Level[] | undefined;
  readonly stream?: string | undefined;
  /** Words, or `/expression/` with flags i or none. */
  readonly q?: string | undefined;
}

export type EntryFilter = (entries: Entry[]) => Entry[];

const LONGEST_QUERY = 500;
const MATCH_MS = 1000;

/** Only V8 itself can end an expression that runs away: `runInContext` with a time limit makes it do so. */
const TEST_ALL = new vm.Script('texts.map((text) => expression.test(text))');

/** Undefined where everything passes. @throws ViewerError 400 */
export function compileFilter(spec: FilterSpec): EntryFilter | undefined {
  const steps: EntryFilter[] = [];
  if (spec.levels !== undefined) {
    const wanted = new Set(spec.levels);
    steps.push((entries) => entries.filter((entry) => wanted.has(entry.level)));
  }
  if (spec.stream !== undefined) steps.push((entries) => entries.filter((entry) => entry.stream === spec.stream));
  if (spec.q !== undefined && spec.q.trim() !== '') steps.push(compileQuery(spec.q));
  if (steps.length === 0) return undefined;
  return (entries) => steps.reduce((left, step) => step(left), entries);
}

function compileQuery(q: string): EntryFilter {
  if (q.length > LONGEST_QUERY) throw badRequest(`q is longer than ${LONGEST_QUERY} characters`);
  const form = /^\/(.+)\/(i?)$/s.exec(q);
  if (form !== null) return matchAll(expressionOf(form[1]!, form[2]!));
  const words = q.trim().split(/\s+/);
  const [first, ...others] = words.map((word) => new RegExp(word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'i'));
  return (entries) => entries.filter(({ text }) => first!.test(text) && others.every((word) => word.test(text)));
}

function expressionOf(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags);
  } catch (error) {
    throw badRequest(`q is no regular expression: ${(error as Error).message}`);
  }
}

function matchAll(expression: RegExp): EntryFilter {
  return (entries) => {
    if (entries.length === 0) return entries;
    const context = vm.createContext({ expression, texts: entries.map((entry) => entry.text) });
    let verdicts: boolean[];
    try {
      verdicts = TEST_ALL.runInContext(context, { timeout: MATCH_MS }) as boolean[];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      throw new ViewerError(
        400,
        'ERR_SLOW_EXPRESSION',
        'the regular expression takes too long on these lines: make it simpler',
      );
    }
    return entries.filter((_, i) => verdicts[i]);
  };
}

/** `warn` and everything worse, or a comma list of levels. @throws ViewerError 400 */
export function levelsOf(text: string | undefined): Level[] | undefined {
  if (text === undefined || text === '') return undefined;
  const names = text.toLowerCase().split(',');
  for (const name of names)
    if (!LEVELS.includes(name as Level)) throw badRequest(`level '${name}' is unknown: ${LEVELS.join(', ')}`);
  if (names.length > 1) return names as Level[];
  return names[0] === 'other'
    ? ['other']
    : LEVELS.filter((level) => level !== 'other' && LEVELS.indexOf(level) >= LEVELS.indexOf(names[0] as Level));
}
