/** One line per subcommand. Its code is loaded when it is asked for: the agent itself pays for none of them. */
import type { Command } from './command.ts';

export const commands: Readonly<Record<string, () => Promise<Command>>> = {
  explain: async () => (await import('./explain.ts')).explain,
  test: async () => (await import('./test.ts')).test,
  tap: async () => (await import('./tap.ts')).tap,
  migrate: async () => (await import('./migrate.ts')).migrate,
  replay: async () => (await import('./replay.ts')).replay,
  store: async () => (await import('./store.ts')).store,
  view: async () => (await import('../../viewer/cli/view.ts')).view,
  logs: async () => (await import('../../viewer/cli/logs.ts')).logs,
  jobs: async () => (await import('../../viewer/cli/jobs.ts')).jobs,
};
