/** What the plugin refuses at start beyond its schema. */
import type { ConfigOf } from '../../../config/schema.ts';
import { PluginConfigError } from '../../core/errors.ts';
import type { OutputHost } from '../../plugin.ts';
import type { schema } from './schema.ts';

type Config = ConfigOf<typeof schema>;

/** @throws PluginConfigError */
export function checkConfig(config: Config, host: OutputHost): void {
  const { tag, fields } = host.chunkKeys;
  if (!hasSubstitution(config, host) && !tag && !fields.includes('_index'))
    throw new PluginConfigError("'tag' or '_index' in chunk_keys is required.");
  const problem = conflictOf(config) ?? templateConflictOf(config, host) ?? hostConflictOf(config, host);
  if (problem !== undefined) throw new PluginConfigError(problem);
}

/** Whether names depend on the chunk, by its keys or by a document's day. */
export function isPerChunk(config: Config, host: OutputHost): boolean {
  return config.logstash_format || hasSubstitution(config, host);
}

function hasSubstitution(config: Config, host: OutputHost): boolean {
  const templates = [
    config.host,
    config.index_name,
    config.template_name,
    ...Object.values(config.customize_template ?? {}).map(String),
    config.logstash_prefix,
    config.logstash_dateformat,
    config.deflector_alias,
    config.application_name,
    config.ilm_policy_id,
  ];
  return templates.some((template) => template !== undefined && host.isSubstituted(template));
}

function conflictOf(config: Config): string | undefined {
  if (config.user !== undefined && config.password === undefined)
    return '`password` must be present if `user` is present';
  if (config.cloud_id !== undefined && config.cloud_auth === undefined)
    return '`cloud_auth` must be present if `cloud_id` is present';
  if (config.ssl_min_version !== undefined && config.ssl_max_version === undefined)
    return "When you set 'ssl_min_version', must set 'ssl_max_version' together.";
  if (config.ssl_max_version !== undefined && config.ssl_min_version === undefined)
    return "When you set 'ssl_max_version', must set 'ssl_min_version' together.";
  if (config.max_retry_putting_template < 0)
    return "'max_retry_putting_template' must be greater than or equal to zero.";
  if (config.max_retry_get_es_version < 0) return "'max_retry_get_es_version' must be greater than or equal to zero.";
  if (config.index_prefix !== undefined)
    return "'index_prefix' parameter is already removed: use `index_name', or `logstash_prefix' with `logstash_format'";
  return undefined;
}

/** Without this such an output would start and wait for a host of that name. */
function hostConflictOf(config: Config, host: OutputHost): string | undefined {
  return host.isSubstituted(config.host) || host.isSubstituted(config.hosts ?? '')
    ? 'placeholders of chunks in host and hosts are not supported: use one <match> for each cluster'
    : undefined;
}

function templateConflictOf(config: Config, host: OutputHost): string | undefined {
  const hasTemplate = config.template_name !== undefined && config.template_file !== undefined;
  if (
    (hasTemplate || config.templates !== undefined) &&
    host.isSubstituted(config.host) &&
    config.verify_es_version_at_startup
  )
    return 'host placeholder, template installation, and verify Elasticsearch version at startup are exclusive feature at same time. Please specify verify_es_version_at_startup as `false` when host placeholder and template installation are enabled.';
  const hasPolicy = Object.keys(config.ilm_policy).length > 0;
  if (hasPolicy && Object.keys(config.ilm_policies).length > 0)
    return "You can't specify ilm_policy and ilm_policies at the same time";
  if (!hasTemplate) return undefined;
  if (config.enable_ilm && config.deflector_alias !== undefined)
    return 'deflector_alias is prohibited to use with enable_ilm at same time.';
  if (!hasPolicy && config.ilm_policy_overwrite) return 'ilm_policy_overwrite requires a non empty ilm_policy.';
  return undefined;
}
