/** The level of a line, from its text alone: log4j and logback, Python, klog, logfmt and JSON. */

export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'other'] as const;
export type Level = (typeof LEVELS)[number];

const NAMES: Readonly<Record<string, Level>> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  NOTICE: 'info',
  WARN: 'warn',
  WARNING: 'warn',
  ERROR: 'error',
  SEVERE: 'error',
  FATAL: 'fatal',
  CRITICAL: 'fatal',
};
const KLOG: Readonly<Record<string, Level>> = { I: 'info', W: 'warn', E: 'error', F: 'fatal' };

const WORD = /\b(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|SEVERE|FATAL|CRITICAL)\b/;
const PAIR = /"?\b(?:level|lvl|severity)"?\s*[=:]\s*"?([a-z]+)/i;
/** Lines that go on with what came before: stack frames, causes, indented text, the name of an exception. */
const CONTINUES = /^(?:\s|at |Caused by: |Suppressed: |\.\.\. \d+ |\}|(?:[\w$]+\.)+[\w$]*(?:Exception|Error)\b)/;
/** The level stands near the beginning; what is behind is message. */
const HEAD = 160;

/** True for a line that goes on with the one before. */
export function continues(text: string): boolean {
  return CONTINUES.test(text.length > HEAD ? text.slice(0, HEAD) : text);
}

/** The line's own level; undefined for a line that goes on with the one before. */
export function levelOf(text: string): Level | undefined {
  const head = text.length > HEAD ? text.slice(0, HEAD) : text;
  const klog = /^([IWEF])\d{4} \d\d:/.exec(head);
  if (klog !== null) return KLOG[klog[1]!]!;
  if (CONTINUES.test(head)) return undefined;
  const word = WORD.exec(head);
  if (word !== null) return NAMES[word[1]!]!;
  const pair = PAIR.exec(head);
  if (pair !== null) return NAMES[pair[1]!.toUpperCase()] ?? 'other';
  if (head.startsWith('Traceback (most recent call last)')) return 'error';
  return 'other';
}
