/** The command: which of its words was called, with which options, and the exit code. */
import cluster from 'node:cluster';
import fs from 'node:fs';
import { Secrets } from '../config/secrets.ts';
import { IN_BACKGROUND, startInBackground } from './background.ts';
import { type CliOptions, helpText, parseArguments } from './cli.ts';
import { commands } from './commands/index.ts';
import { writeWhole } from './commands/write-whole.ts';
import { writeFirstConfig } from './first-config.ts';
import { showPluginConfig } from './reference/show.ts';
import { runAgent, WORKER } from './run.ts';
import { stopSignal } from './stop-signal.ts';
import { openLog } from './telemetry/own-log.ts';
import { VERSION } from './version.ts';

/** Of all configurations that this process has read: kept over reloads, since a pipeline that stops still logs. */
const secrets = new Secrets();

async function main(argv: string[]): Promise<number> {
  const [word = '', ...args] = argv;
  if (Object.hasOwn(commands, word)) return runCommand(word, args);
  const options = parseArguments(argv, process.env);
  if (options.errors.length > 0) return usage(options.errors);
  if (options.help) return print(helpText() + (await commandsHelp()));
  if (options.version) return print(`sluice ${VERSION}\n`);
  if (options.showPluginConfig !== undefined)
    return showPluginConfig(options.showPluginConfig, (text) => process.stdout.write(text));
  if (options.setup !== undefined) return print(writeFirstConfig(options.setup));
  if (options.daemon !== undefined && !options.dryRun && process.env[IN_BACKGROUND] === undefined) {
    startInBackground(options.daemon, process);
    return 0;
  }
  readInline(options);
  return runAgent(options, openLog(options, secrets, WORKER));
}

/** `-i -`: workers, which have no standard input of their own, are given the text. */
function readInline(options: CliOptions): void {
  if (options.inlineConfig !== '-') return;
  options.inlineConfig = fs.readFileSync(0, 'utf8');
  cluster.setupPrimary({ args: [...process.argv.slice(2), '-i', options.inlineConfig] });
}

async function runCommand(name: string, args: readonly string[]): Promise<number> {
  const command = await commands[name]!();
  if (args.includes('--help')) return print(`Usage: sluice ${name} ${command.usage}\n\n${command.doc}\n`);
  return command.run({
    args,
    env: process.env,
    signal: stopSignal(),
    isTerminal: process.stdout.isTTY === true,
    print: (text) => writeWhole(1, text),
    printError: (text) => writeWhole(2, text),
  });
}

async function commandsHelp(): Promise<string> {
  const lines = Object.entries(commands).map(async ([name, load]) => {
    const { usage, doc } = await load();
    return `  sluice ${name} ${usage}\n      ${doc}\n`;
  });
  return `\nOther commands:\n${(await Promise.all(lines)).join('')}`;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function usage(errors: readonly string[]): number {
  process.stderr.write(`${errors.join('\n')}\n\n${helpText()}`);
  return 1;
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`sluice: ${secrets.redact(text)}\n`);
  return 1;
});
// Keep-alive sockets and watchers must not hold a finished agent.
process.exit();
