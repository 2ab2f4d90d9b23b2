/** What a subcommand (`sluice store …`) gets from the process, and what it gives back. */

export interface CommandContext {
  /** Words after the command's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by SIGTERM and SIGINT: a command that serves stops then and resolves. */
  readonly signal: AbortSignal;
  /** True where standard output is a terminal: colours make sense. */
  readonly isTerminal: boolean;
  print(text: string): void;
  printError(text: string): void;
}

export interface Command {
  /** One line for `--help`: arguments. */
  readonly usage: string;
  /** One line for `--help`: what it does. */
  readonly doc: string;
  /** Resolves with the exit code: 0 done, 1 failed, 2 wrong usage. */
  run(context: CommandContext): Promise<number>;
}
