/** `sluice replay FILE…`: sends dead letters again and tells what was taken and what was refused again. The files stay as they are. */
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Element } from '../../config/element.ts';
import { Problems } from '../../config/problems.ts';
import { Secrets } from '../../config/secrets.ts';
import type { BufferedOutput, ReadyChunk } from '../../pipeline/plugin.ts';
import { collectSecrets } from '../masked.ts';
import { Loaded } from '../registry.ts';
import { chunksOf } from '../replay/letters.ts';
import { buildTarget, candidates, chooseTarget } from '../replay/target.ts';
import { systemConfig } from '../system.ts';
import type { Command, CommandContext } from './command.ts';
import {
  type Configuration,
  configFile,
  guarded,
  printErrors,
  readConfiguration,
  readWords,
  UsageError,
  type Words,
} from './offline.ts';

const TRIES = 8;
const FIRST_WAIT_MS = 500;

export const replay: Command = {
  usage: 'FILE… [-c CONFIG] [--output ID] [--url URL] [--refused FILE]',
  doc: 'Sends dead letters again, through the output that wrote them or to a URL. Exit code 1 where some were refused again or not sent.',
  run: (context) => guarded('replay', context, () => run(context)),
};

async function run(context: CommandContext): Promise<number> {
  const words = readWords(context, {
    config: { type: 'string', short: 'c' },
    output: { type: 'string' },
    url: { type: 'string' },
    refused: { type: 'string' },
  });
  const [first] = words.words;
  if (first === undefined) throw new UsageError('a dead-letter file is needed');
  for (const file of words.words) fs.accessSync(file, fs.constants.R_OK);
  const refused = words.text('refused') ?? `${first}.refused`;
  if (words.words.includes(refused)) throw new UsageError('--refused names a file that is read');
  const configuration = await configurationOf(words, context);
  const target = chooseTarget(candidates(configuration.root, configuration.loaded), first, words.text('output'));
  if (typeof target === 'string') throw new UsageError(target);
  const { output } = buildTarget(target, refused, configuration, context.env, (text) => context.printError(text));
  if (printErrors(configuration.problems, context)) return 1;
  fs.rmSync(refused, { force: true });
  const seen = { letters: 0, unreadable: 0 };
  let unsent = 0;
  let failure = '';
  await output.start?.();
  try {
    for await (const chunk of chunksOf(words.words, seen)) {
      // A cluster that did not take one chunk in all those tries is not asked that long for each of the others.
      failure = await sendChunk(output, chunk, failure === '' ? TRIES : 1, context.signal);
      if (failure !== '') unsent += chunk.count;
    }
  } finally {
    await output.stop?.();
  }
  const again = refusals(refused);
  const count = again.reduce((sum, one) => sum + one.count, 0);
  const say = (text: string) => context.print(`${configuration.secrets.redact(text)}\n`);
  say(`${seen.letters} letters: ${seen.letters - count - unsent} taken, ${count} refused again, ${unsent} not sent`);
  for (const one of again) say(`  ${one.count} × ${one.status} ${one.type}: ${one.reason}`);
  if (count > 0) say(`  they are in ${refused}`);
  if (failure !== '') say(`  not sent: ${failure}`);
  if (seen.unreadable > 0) say(`  ${seen.unreadable} lines are no dead letters`);
  return count + unsent + seen.unreadable === 0 ? 0 : 1;
}

async function configurationOf(words: Words, context: CommandContext): Promise<Configuration> {
  const url = words.text('url');
  if (url === undefined) return readConfiguration(configFile(words, context), context.env);
  const place = { file: '--url', line: 1 };
  const element = new Element('match', '**', place).withParam('@type', 'elasticsearch').withParam('hosts', url);
  const root = new Element('ROOT', '', place, [], [element]);
  const [problems, loaded, secrets] = [new Problems(), new Loaded(), new Secrets()];
  await loaded.load('output', 'elasticsearch');
  collectSecrets(root, loaded, secrets);
  return { root, problems, loaded, secrets, system: systemConfig(root, problems) };
}

/** What went wrong at last; empty when the chunk was taken. What it still holds was not sent. */
async function sendChunk(
  output: BufferedOutput,
  chunk: ReadyChunk,
  tries: number,
  signal: AbortSignal,
): Promise<string> {
  for (let i = 1; ; i++) {
    try {
      await output.write(chunk, signal);
      return '';
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (i >= tries || signal.aborted) return message;
      const { retryAfter = 0 } = error as { retryAfter?: number };
      await sleep(Math.max(FIRST_WAIT_MS * 2 ** i, retryAfter * 1000), undefined, { signal }).catch(() => undefined);
    }
  }
}

interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly reason: string;
  count: number;
}

/** The kinds of refusals in a dead-letter file, each with the reason of its first one. */
function refusals(file: string): Refusal[] {
  if (!fs.existsSync(file)) return [];
  const kinds = new Map<string, Refusal>();
  for (const line of fs.readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
    const { status, type, reason } = JSON.parse(line) as Refusal;
    const kind = kinds.get(`${status} ${type}`) ?? { status, type, reason, count: 0 };
    kind.count++;
    kinds.set(`${status} ${type}`, kind);
  }
  return [...kinds.values()];
}
