/** `sluice test -c FILE CASES…`: unit tests of a configuration: records or lines in, events at the outputs out. */
import { readCases } from '../casetest/cases.ts';
import { RecordingPlugins } from '../casetest/recording.ts';
import { CaseRunner } from '../casetest/run.ts';
import type { Command, CommandContext } from './command.ts';
import { configFile, guarded, printErrors, readConfiguration, readWords, UsageError } from './offline.ts';

export const test: Command = {
  usage: '-c FILE CASES…',
  doc: 'Runs test cases (YAML or JSON: records or lines in, events out) through a configuration; exit code 1 where one fails.',
  run: (context) => guarded('test', context, () => run(context)),
};

async function run(context: CommandContext): Promise<number> {
  const words = readWords(context, { config: { type: 'string', short: 'c' } });
  if (words.words.length === 0) throw new UsageError('a file of cases is needed');
  const cases = words.words.flatMap(readCases);
  const plugins = new RecordingPlugins();
  const configuration = await readConfiguration(configFile(words, context), context.env, plugins);
  const runner = new CaseRunner(configuration, plugins, context.env);
  if (printErrors(configuration.problems, context)) return 1;
  let failed = 0;
  for (const one of cases) {
    const { name, problems } = await runner.run(one);
    context.print(`${problems.length === 0 ? 'ok' : 'not ok'} ${name}\n`);
    for (const problem of problems) context.print(`    ${problem}\n`);
    if (problems.length > 0) failed++;
  }
  context.print(`\n${cases.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}
