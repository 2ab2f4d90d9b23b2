/** `"#{…}"` in configuration values: Ruby with `hostname`, `worker_id`, `use_nil`, `use_default` and the environment. */
import { type Embed, USE_DEFAULT, USE_NIL } from '../config/scanner.ts';
import { setEnvironment } from './methods/env.ts';
import { evaluate } from './program.ts';
import { rubyToS } from './to-s.ts';

export interface EmbedOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly hostname: string;
  readonly workerId: number;
}

/** Markers are text no configuration holds. */
const NIL = '\0use_nil';
const DEFAULT = '\0use_default';

export function createEmbed({ env, hostname, workerId }: EmbedOptions): Embed {
  const variables = { hostname, worker_id: workerId, use_nil: NIL, use_default: DEFAULT };
  return (ruby) => {
    setEnvironment(env);
    const value = rubyToS(evaluate(ruby, variables));
    if (value === NIL) return USE_NIL;
    return value === DEFAULT ? USE_DEFAULT : value;
  };
}
