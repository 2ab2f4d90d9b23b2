/** `sluice store`: the embedded store by itself. */
import { parseArgs } from 'node:util';
import { startStore } from '../../store/server.ts';
import type { Command, CommandContext } from './command.ts';

export const store: Command = {
  usage: '[--listen 127.0.0.1:9200] [--data DIR]',
  doc: 'Serves the part of Elasticsearch’s API that agent and viewer use, from one SQLite file in DIR (in memory without).',
  run: runStore,
};

async function runStore(context: CommandContext): Promise<number> {
  let values: { listen?: string; data?: string };
  try {
    ({ values } = parseArgs({
      args: [...context.args],
      options: { listen: { type: 'string' }, data: { type: 'string' } },
    }));
  } catch (error) {
    context.printError(`sluice store: ${(error as Error).message}\n`);
    return 2;
  }
  const match = /^(?:(\[[\da-f:]+\]|[^:]*):)?(\d{1,5})$/i.exec(values.listen ?? '127.0.0.1:9200');
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) {
    context.printError(`sluice store: --listen '${values.listen}' is not ADDRESS:PORT\n`);
    return 2;
  }
  const host = (match[1] || '127.0.0.1').replace(/^\[|\]$/g, '');
  try {
    const server = await startStore({ data: values.data, host, port });
    context.print(`sluice store is ready at ${server.url}\n`);
    if (!context.signal.aborted)
      await new Promise((resolve) => context.signal.addEventListener('abort', resolve, { once: true }));
    await server.close();
    return 0;
  } catch (error) {
    context.printError(`sluice store: ${(error as Error).message}\n`);
    return 1;
  }
}
