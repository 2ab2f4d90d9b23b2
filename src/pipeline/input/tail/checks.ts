/** What the plugin refuses at start beyond its schema, in Fluentd's words. */
import type { ConfigOf } from '../../../config/schema.ts';
import { decoderOf } from '../../codec/encodings.ts';
import { PluginConfigError } from '../../core/errors.ts';
import { globProblem } from './paths.ts';
import type { schema } from './schema.ts';

/** @throws PluginConfigError */
export function checkConfig(config: ConfigOf<typeof schema>): void {
  const problem = problemOf(config);
  if (problem !== undefined) throw new PluginConfigError(problem);
}

function problemOf(config: ConfigOf<typeof schema>): string | undefined {
  const { encoding, from_encoding: from } = config;
  const glob = globProblem(config.glob_policy, config.path_delimiter, config.path);
  if (config.path.trim() === '') return "tail: 'path' parameter is required on tail input";
  if (glob !== undefined) return glob;
  if (!config.enable_watch_timer && !config.enable_stat_watcher)
    return 'either of enable_watch_timer or enable_stat_watcher must be true';
  if (config.follow_inodes && config.pos_file === undefined)
    return "Can't follow inodes without pos_file configuration parameter";
  if (from !== undefined && encoding === undefined)
    return "tail: 'from_encoding' parameter must be specified with 'encoding' parameter.";
  const unknown = [encoding, from].find((name) => name !== undefined && decoderOf(name) === undefined);
  return unknown === undefined ? undefined : `unknown encoding name - ${unknown}`;
}
