/** `sluice tap TAG-PATTERN`: live events of a running agent, before and after any stage, over its local socket. */
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import type { Command, CommandContext } from './command.ts';
import { guarded, readWords, UsageError } from './offline.ts';

const STAGES = ['emit', 'before', 'after', 'output'];

export const tap: Command = {
  usage: '[TAG-PATTERN] [--stage emit|before|after|output]… [--plugin ID] [--limit N] [--socket PATH]',
  doc: 'Shows live events of a running agent: where they come in and at the outputs, or before and after filters.',
  run: (context) => guarded('tap', context, () => run(context)),
};

async function run(context: CommandContext): Promise<number> {
  const words = readWords(context, {
    stage: { type: 'string', short: 's' },
    plugin: { type: 'string', short: 'p' },
    limit: { type: 'string', short: 'n' },
    socket: { type: 'string' },
  });
  const stages = (words.text('stage') ?? '').split(',').filter(Boolean);
  const wrong = stages.find((stage) => !STAGES.includes(stage));
  if (wrong !== undefined) throw new UsageError(`--stage '${wrong}' is none of ${STAGES.join(', ')}`);
  const limit = Number(words.text('limit') ?? Number.POSITIVE_INFINITY);
  if (!(limit > 0)) throw new UsageError('--limit needs a number above 0');
  const socket = words.text('socket') ?? context.env['SLUICE_SOCKET'] ?? onlySocket();
  const request = { pattern: words.words[0] ?? '**', stages, plugin: words.text('plugin') ?? '' };
  return follow(socket, JSON.stringify(request), limit, context);
}

/** @throws UsageError where none or several agents run */
function onlySocket(): string {
  const found = fs.readdirSync(os.tmpdir()).filter((name) => /^sluice-\d+\.sock$/.test(name));
  const [first, ...others] = found.map((name) => path.join(os.tmpdir(), name));
  if (first === undefined) throw new UsageError('no agent of this user runs here: name its socket (--socket PATH)');
  if (others.length > 0)
    throw new UsageError(`several agents run here, name one (--socket PATH): ${[first, ...others].join(', ')}`);
  return first;
}

async function follow(socket: string, request: string, limit: number, context: CommandContext): Promise<number> {
  const client = net.connect(socket);
  context.signal.addEventListener('abort', () => client.destroy(), { once: true });
  const failed = new Promise<Error | undefined>((resolve) => {
    client.once('error', resolve);
    client.once('close', () => resolve(undefined));
  });
  client.once('connect', () => client.write(`${request}\n`));
  let shown = 0;
  for await (const line of readline.createInterface({ input: client, crlfDelay: Number.POSITIVE_INFINITY })) {
    const answer = JSON.parse(line) as { error?: string; ready?: boolean; missed?: number };
    if (answer.error !== undefined) throw new Error(answer.error);
    if (answer.ready === true) context.printError('looking\n');
    else if (answer.missed !== undefined) context.printError(`${answer.missed} events were too fast to show\n`);
    else {
      context.print(`${line}\n`);
      if (++shown >= limit) break;
    }
  }
  client.destroy();
  const error = await failed;
  if (error !== undefined) throw error;
  return 0;
}
