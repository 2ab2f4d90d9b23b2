/** `sluice migrate -c FILE`: what of a Fluentd set-up works here, and which positions and buffers would be taken over. */
import { problemText } from '../../config/problems.ts';
import { placeOf } from '../explain/params.ts';
import { pluginUses } from '../migrate/plugins.ts';
import { type Chunks, chunksOf, type Positions, positionsOf } from '../migrate/state.ts';
import { buildOffline } from '../offline-graph.ts';
import type { Command, CommandContext } from './command.ts';
import { configFile, guarded, readConfiguration, readWords } from './offline.ts';

export const migrate: Command = {
  usage: '-c FILE',
  doc: 'Checks a Fluentd set-up: plugins, parameters, positions and buffers that would be taken over. Exit code 1 where something is missing.',
  run: (context) => guarded('migrate', context, () => run(context)),
};

async function run(context: CommandContext): Promise<number> {
  const words = readWords(context, { config: { type: 'string', short: 'c' } });
  const configuration = await readConfiguration(configFile(words, context), context.env);
  const { root, problems, loaded } = configuration;
  // Each plugin looks at its own parameters.
  buildOffline(configuration, context.env, () => undefined);
  const uses = pluginUses(root, loaded);
  const say = (text: string) => context.print(`${text}\n`);
  say('Plugins');
  for (const { kind, type, element, supported, ignored, different } of uses) {
    say(`  ${supported ? 'ok     ' : 'missing'} ${kind} ${type}`.padEnd(48) + placeOf(element));
    if (ignored.length > 0) say(`            without effect here: ${ignored.join(', ')}`);
    for (const note of different) say(`            ${note}`);
  }
  const positions = positionsOf(root);
  if (positions.length > 0) say('\nPositions');
  for (const entry of positions) say(`  ${positionsText(entry)}`);
  const chunks = chunksOf(root);
  if (chunks.length > 0) say('\nBuffers');
  for (const entry of chunks) say(`  ${chunksText(entry)}`);
  if (problems.list.length > 0) say('\nProblems');
  for (const problem of problems.list) say(`  ${problem.severity} ${problemText(problem)}`);
  const missing = uses.filter(({ supported }) => !supported);
  say(`\n${uses.length - missing.length} of ${uses.length} plugins are here, ${problems.errors.length} errors`);
  return missing.length === 0 && problems.errors.length === 0 ? 0 : 1;
}

function positionsText({ file, exists, entries, continued, unwatched, broken }: Positions): string {
  if (!exists) return `${file}: not there yet: files are read as read_from_head says`;
  const bad = broken === 0 ? '' : `, ${broken} not readable`;
  return `${file}: ${entries} entries, ${continued} go on where Fluentd stopped, ${unwatched} unwatched${bad}`;
}

function chunksText({ path, files, bytes, fluentd }: Chunks): string {
  if (files === 0) return `${path}: no chunks`;
  return `${path}: ${files} chunks (${bytes} bytes) would be sent, ${fluentd} of them of Fluentd`;
}
