/** What OpenSearch's plugin names otherwise, or does not have. */
import type { ConfigOf, ParamSpec, SectionSpec } from '../../../config/schema.ts';
import { endpointSection } from './aws-endpoint.ts';
import { schema } from './schema.ts';

const {
  verify_es_version_at_startup: _verify,
  default_elasticsearch_version: _version,
  max_retry_get_es_version: _tries,
  fail_on_detecting_es_version_retry_exceed: _fails,
  log_es_400_reason: _reason,
  type_name: _type,
  target_type_key: _targetType,
  time_parse_error_tag: _errorTag,
  rollover_index: _rollover,
  deflector_alias: _alias,
  index_prefix: _prefix,
  enable_ilm: _isManaged,
  ilm_policy_id: _policyId,
  ilm_policy: _policy,
  ilm_policies: _policies,
  ilm_policy_overwrite: _overwrite,
  cloud_id: _cloud,
  cloud_auth: _cloudAuth,
  ...common
} = schema.params;

const own = {
  verify_os_version_at_startup: { type: 'bool', default: 'true', doc: 'Ask for the server’s version at start.' },
  default_opensearch_version: {
    type: 'integer',
    default: '1',
    doc: 'Accepted: documents have no type, which every version takes.',
    fluentd: 'ignored',
  },
  max_retry_get_os_version: schema.params.max_retry_get_es_version,
  fail_on_detecting_os_version_retry_exceed: {
    type: 'bool',
    default: 'true',
    doc: 'Stop when the tries are used up; false: go on without.',
  },
  log_os_400_reason: { type: 'bool', default: 'false', doc: 'Tell why documents were refused.' },
  time_parse_error_tag: {
    type: 'string',
    default: 'opensearch_plugin.output.time.error',
    doc: 'Tag under which a time that cannot be read goes to the error stream.',
  },
  unrecoverable_record_types: {
    type: 'array',
    default: 'json_parse_exception',
    doc: 'Accepted; what the cluster refuses for good goes to @ERROR.',
    fluentd: 'ignored',
  },
} as const satisfies Record<string, ParamSpec>;

export const openSearchSchema = {
  doc: 'OpenSearch output.',
  params: { ...common, ...own },
  sections: {
    ...schema.sections,
    endpoint: endpointSection,
  },
} as const satisfies SectionSpec;

/** The plugin for OpenSearch makes no rollover indices: the cluster has its own management of indices. */
const NO_LIFECYCLE = {
  rollover_index: undefined,
  deflector_alias: undefined,
  index_prefix: undefined,
  enable_ilm: false,
  ilm_policy_id: '',
  ilm_policy: {},
  ilm_policies: {},
  ilm_policy_overwrite: false,
};

export type OpenSearchConfig = ConfigOf<typeof openSearchSchema>;

/** In Elasticsearch's words. */
export function inCommonWords(config: OpenSearchConfig): ConfigOf<typeof schema> {
  const [endpoint] = config.$sections.endpoint;
  return {
    ...config,
    hosts: endpoint?.url?.replace(/\/$/, '') ?? config.hosts,
    verify_es_version_at_startup: config.verify_os_version_at_startup,
    max_retry_get_es_version: config.max_retry_get_os_version,
    fail_on_detecting_es_version_retry_exceed: config.fail_on_detecting_os_version_retry_exceed,
    log_es_400_reason: config.log_os_400_reason,
    // The plugin writes `_doc` to OpenSearch 1, which takes documents without type as well.
    default_elasticsearch_version: 8,
    type_name: '_doc',
    target_type_key: undefined,
    ...NO_LIFECYCLE,
    cloud_id: undefined,
    cloud_auth: undefined,
  };
}
