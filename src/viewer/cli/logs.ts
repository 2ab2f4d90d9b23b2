/** `sluice logs JOB`, `sluice logs -n NAMESPACE POD`: the same text as the API's, on a terminal with colours and names. */
import type { Command, CommandContext } from '../../agent/commands/command.ts';
import { ViewerError } from '../errors.ts';
import type { Problem } from '../http/problem.ts';
import type { Source } from '../read/entry.ts';
import type { Summary } from '../read/reading.ts';
import { BACKEND_FLAGS, openBackend } from './backend.ts';
import { type Flags, type FlagTable, flagsHelp, outputOf, readFlags, UsageError } from './flags.ts';
import { linesOf, type ServerClient } from './server-client.ts';
import { colourLevel, escapeSteering, roleColour, stripEscapes } from './terminal.ts';

const FLAGS: FlagTable = {
  namespace: { type: 'string', short: 'n', value: 'NS', doc: 'the word is a pod of this namespace' },
  role: { type: 'string', value: 'ROLE', doc: 'driver, jobmanager, taskmanager, …' },
  pod: { type: 'string', value: 'POD', doc: 'only this pod of the job' },
  container: { type: 'string', short: 'c', value: 'NAME', doc: 'only this container' },
  attempt: { type: 'string', value: 'N', doc: 'only this attempt' },
  follow: { type: 'boolean', short: 'f', doc: 'go on with lines as they arrive' },
  since: { type: 'string', value: 'TIME', doc: 'from then on: 2026-01-31T10:00:00Z, or 15m, 2h, 7d ago' },
  until: { type: 'string', value: 'TIME', doc: 'before then' },
  tail: { type: 'string', value: 'N', doc: 'only the last N lines' },
  grep: { type: 'string', value: 'TEXT', doc: 'lines with all these words, or /regular expression/ with flag i' },
  level: { type: 'string', value: 'LEVEL', doc: 'this level and worse, or a comma list' },
  stream: { type: 'string', value: 'NAME', doc: 'stdout or stderr' },
  output: { type: 'string', short: 'o', value: 'FORM', doc: 'text (default) or json, one object a line' },
  names: { type: 'boolean', doc: 'role and pod before each line (default on a terminal with several containers)' },
  raw: { type: 'boolean', doc: 'the exact text, with whatever of it would steer a terminal' },
  quiet: { type: 'boolean', short: 'q', doc: 'no summary on standard error' },
  ...BACKEND_FLAGS,
};

export const logs: Command = {
  usage: '[options] JOB | -n NAMESPACE POD',
  doc: `Prints the logs of a job or a pod, dead ones too. Exit code: 0 lines, 1 error, 2 wrong usage, 3 no such job or pod, 4 no line fits, 5 the answer was cut.\n\n${flagsHelp(FLAGS)}`,
  run: runLogs,
};

const EXIT = { done: 0, failed: 1, usage: 2, notFound: 3, nothing: 4, cut: 5 } as const;

async function runLogs(context: CommandContext): Promise<number> {
  try {
    const flags = readFlags(FLAGS, context);
    const [word, ...rest] = flags.words;
    if (word === undefined || rest.length > 0) throw new UsageError('one job or pod is needed');
    outputOf(flags);
    if (flags.has('follow') && flags.text('until') !== undefined)
      throw new UsageError('--follow goes on, --until ends: one of them only');
    const backend = await openBackend(flags, context);
    try {
      const question = questionOf(flags, word);
      if (flags.has('follow')) return await follow(backend.client, question, flags, context);
      return await once(backend.client, question, flags, context);
    } finally {
      await backend.close();
    }
  } catch (error) {
    if (context.signal.aborted) return EXIT.done;
    if (error instanceof UsageError) {
      context.printError(`sluice logs: ${error.message}\n`);
      return EXIT.usage;
    }
    context.printError(`sluice logs: ${stripEscapes((error as Error).message)}\n`);
    if (!(error instanceof ViewerError)) return EXIT.failed;
    return error.status === 404 ? EXIT.notFound : error.status === 400 ? EXIT.usage : EXIT.failed;
  }
}

interface Question {
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
}

function questionOf(flags: Flags, word: string): Question {
  const namespace = flags.text('namespace');
  const encode = encodeURIComponent;
  return {
    path:
      namespace === undefined
        ? `/jobs/${encode(word)}/logs`
        : `/namespaces/${encode(namespace)}/pods/${encode(word)}/logs`,
    query: {
      ...{ role: flags.text('role'), container: flags.text('container'), attempt: flags.text('attempt') },
      ...(namespace === undefined ? { pod: flags.text('pod') } : {}),
      ...{ from: flags.text('since'), level: flags.text('level'), q: flags.text('grep'), stream: flags.text('stream') },
    },
  };
}

type Line = { readonly source?: Source; readonly summary?: Summary; readonly problem?: Problem };
interface EntryLine {
  readonly source: number;
  readonly level: string;
  readonly text: string;
  readonly partial?: boolean;
}

async function once(
  client: ServerClient,
  { path, query }: Question,
  flags: Flags,
  context: CommandContext,
): Promise<number> {
  const range = { to: flags.text('until'), tail: flags.text('tail'), format: 'ndjson' };
  const answer = await client.get(path, { ...query, ...range }, { signal: context.signal });
  const printer = new Printer(flags, context);
  let summary: Summary | undefined;
  for await (const line of linesOf(answer)) {
    const value = JSON.parse(line) as Line;
    if (value.problem !== undefined)
      throw new ViewerError(value.problem.status, value.problem.code, value.problem.detail);
    if (value.summary !== undefined) summary = value.summary;
    printer.add(line, value);
  }
  printer.end();
  if (summary === undefined) throw new ViewerError(502, 'ERR_CUT', 'the answer broke off');
  if (!flags.has('quiet')) context.printError(summaryText(summary));
  if (summary.lines === 0) return EXIT.nothing;
  // That only the last lines were asked for is no cut.
  return summary.complete || summary.cutBy === 'tail' ? EXIT.done : EXIT.cut;
}

async function follow(
  client: ServerClient,
  { path, query }: Question,
  flags: Flags,
  context: CommandContext,
): Promise<number> {
  const printer = new Printer(flags, context);
  const tail = flags.text('tail') ?? (query['from'] === undefined ? '10' : undefined);
  let lastEventId: string | undefined;
  while (!context.signal.aborted) {
    try {
      const resume = lastEventId === undefined ? {} : { lastEventId };
      const answer = await client.get(`${path}/stream`, { ...query, tail }, { signal: context.signal, ...resume });
      let event = '';
      for await (const line of linesOf(answer)) {
        if (line.startsWith('id: ')) lastEventId = line.slice(4);
        else if (line.startsWith('event: ')) event = line.slice(7);
        else if (line.startsWith('data: ')) printer.event(event, line.slice(6));
      }
    } catch (error) {
      if (context.signal.aborted) break;
      // Before the first answer it is a mistake; after it, the viewer went away and will be back.
      if (lastEventId === undefined || !(error instanceof ViewerError) || error.status < 500) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  return EXIT.done;
}

class Printer {
  readonly #context: CommandContext;
  readonly #json: boolean;
  readonly #raw: boolean;
  readonly #names: boolean;
  readonly #sources: Source[] = [];
  #out: string[] = [];
  #size = 0;
  #open: number | undefined;

  constructor(flags: Flags, context: CommandContext) {
    this.#context = context;
    this.#json = outputOf(flags) === 'json';
    // Not by where the output goes: behind `| grep` there is a terminal again.
    this.#raw = flags.has('raw');
    this.#names = flags.has('names') || context.isTerminal;
  }

  event(event: string, data: string): void {
    if (event === 'problem')
      this.#context.printError(`sluice logs: ${stripEscapes((JSON.parse(data) as Problem).detail)}: waiting\n`);
    if (event !== 'source' && event !== 'entry') return;
    this.add(data, JSON.parse(data) as Line);
    this.end();
  }

  add(line: string, value: Line): void {
    if (this.#json) this.#put(`${this.#raw ? line : escapeSteering(line)}\n`);
    else if (typeof value.source === 'object') this.#sources[value.source.index] = value.source;
    else if (typeof value.source === 'number') this.#entry(value as unknown as EntryLine);
  }

  #entry({ source, level, text, partial }: EntryLine): void {
    // What ends a line for other systems steers nothing before a line end.
    const end = text.endsWith('\r') && partial !== true ? '\r' : '';
    const shown = this.#raw ? text : stripEscapes(text) + end;
    const begins = this.#open !== source;
    const broken = this.#open !== undefined && begins ? '\n' : '';
    const name = this.#names && begins ? this.#name(source) : '';
    const coloured = this.#context.isTerminal ? colourLevel(level, shown) : shown;
    this.#put(`${broken}${name}${coloured}${partial === true ? '' : '\n'}`);
    this.#open = partial === true ? source : undefined;
  }

  #name(index: number): string {
    const { role, pod } = this.#sources[index]!;
    const text = stripEscapes(`${role} ${pod}`);
    return this.#context.isTerminal ? `\x1b[${roleColour(role)}m${text}\x1b[0m ` : `${text} `;
  }

  #put(text: string): void {
    this.#out.push(text);
    this.#size += text.length;
    if (this.#size > 64 * 1024) this.end();
  }

  end(): void {
    if (this.#out.length > 0) this.#context.print(this.#out.join(''));
    this.#out = [];
    this.#size = 0;
  }
}

function summaryText(summary: Summary): string {
  const plural = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
  const parts = [`${plural(summary.lines, 'line')} of ${plural(summary.containers, 'container')}`];
  if (summary.first !== null) parts.push(`${summary.first} to ${summary.last}`);
  parts.push(summary.complete ? 'complete' : `cut by ${summary.cutBy}`);
  if (summary.order !== 'exact') parts.push(`order is ${summary.order} for ${summary.unordered} lines`);
  if (summary.duplicates > 0) parts.push(`${summary.duplicates} stored twice and shown once`);
  if (summary.missingIndices.length > 0) parts.push(`no index fits ${summary.missingIndices.join(', ')}`);
  if (summary.failedShards > 0) parts.push(`${summary.failedShards} shards failed: ${summary.shardFailure}`);
  return `sluice logs: ${stripEscapes(parts.join('; '))}\n`;
}
