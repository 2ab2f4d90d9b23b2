/** `sluice jobs`: what can be read. */
import type { Command, CommandContext } from '../../agent/commands/command.ts';
import { ViewerError } from '../errors.ts';
import { BACKEND_FLAGS, openBackend } from './backend.ts';
import { type FlagTable, flagsHelp, outputOf, readFlags, UsageError } from './flags.ts';
import { escapeSteering, roleColour, stripEscapes } from './terminal.ts';

const FLAGS: FlagTable = {
  namespace: { type: 'string', short: 'n', value: 'NS', doc: 'only this namespace' },
  since: { type: 'string', value: 'TIME', doc: 'jobs with lines from then on' },
  until: { type: 'string', value: 'TIME', doc: 'jobs with lines before then' },
  output: { type: 'string', short: 'o', value: 'FORM', doc: 'text (default) or json, one object a line' },
  ...BACKEND_FLAGS,
};

export const jobs: Command = {
  usage: '[options] [SEARCH…]',
  doc: `Lists jobs, the one with the newest line first. Exit code: 0 jobs, 1 error, 2 wrong usage, 4 none.\n\n${flagsHelp(FLAGS)}`,
  run: runJobs,
};

interface JobLine {
  readonly id: string;
  readonly roles: readonly string[];
  readonly pods: number;
  readonly attempts: number;
  readonly last: string;
  readonly lines: number;
  readonly errors: number;
}

async function runJobs(context: CommandContext): Promise<number> {
  try {
    const flags = readFlags(FLAGS, context);
    const output = outputOf(flags);
    const backend = await openBackend(flags, context);
    try {
      const search = flags.words.join(' ');
      const query = {
        ...{ namespace: flags.text('namespace'), from: flags.text('since'), to: flags.text('until') },
        ...(search === '' ? {} : { search }),
      };
      const found: JobLine[] = [];
      for (let page: string | null = '0'; page !== null; ) {
        const answer = await backend.client.get('/jobs', { ...query, page, limit: '1000' }, { signal: context.signal });
        const body = (await answer.json()) as { jobs: JobLine[]; next: string | null; missingIndices: string[] };
        if (body.missingIndices.length > 0)
          context.printError(`sluice jobs: no index fits ${body.missingIndices.join(', ')}\n`);
        found.push(...body.jobs);
        page = body.next;
      }
      if (output === 'json') for (const job of found) context.print(`${escapeSteering(JSON.stringify(job))}\n`);
      else context.print(table(found, context.isTerminal));
      return found.length === 0 ? 4 : 0;
    } finally {
      await backend.close();
    }
  } catch (error) {
    if (context.signal.aborted) return 0;
    context.printError(`sluice jobs: ${stripEscapes((error as Error).message)}\n`);
    // 400: the viewer understands a flag's value no more than the command does.
    return error instanceof UsageError || (error instanceof ViewerError && error.status === 400) ? 2 : 1;
  }
}

function table(jobs: readonly JobLine[], colours: boolean): string {
  const head = ['JOB', 'PODS', 'ATTEMPTS', 'LINES', 'ERRORS', 'LAST LINE', 'ROLES'];
  const rows = jobs.map(({ id, pods, attempts, lines, errors, last, roles }) => [
    ...[
      stripEscapes(id),
      String(pods),
      String(attempts),
      String(lines),
      String(errors),
      last.replace('T', ' ').slice(0, 19),
    ],
    roles
      .map((role) => (colours ? `\x1b[${roleColour(role)}m${stripEscapes(role)}\x1b[0m` : stripEscapes(role)))
      .join(' '),
  ]);
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) =>
        i === 0 || i >= 5 ? cell.padEnd(i === cells.length - 1 ? 0 : widths[i]!) : cell.padStart(widths[i]!),
      )
      .join('  ');
  return `${[head, ...rows].map(line).join('\n')}\n`;
}
