/** Parameters of data streams. */
import type { ParamSpec } from '../../../config/schema.ts';

export const dataStreamParams = {
  data_stream_name: { type: 'string', required: true, doc: 'Data stream; placeholders allowed.' },
  data_stream_template_name: {
    type: 'string',
    doc: 'Its index template, made where there is none; `<data_stream_name>_template` without it.',
  },
  use_legacy_template: {
    type: 'bool',
    default: 'false',
    doc: 'Look for the template among those of the old kind.',
  },
} as const satisfies Record<string, ParamSpec>;

/** What OpenSearch has no counterpart of. */
export const lifecycleParams = {
  data_stream_ilm_name: {
    type: 'string',
    doc: 'Its lifecycle policy, made where there is none; `<data_stream_name>_policy` without it.',
  },
  data_stream_ilm_policy: {
    type: 'string',
    doc: 'The policy as JSON; without it backing indices roll over at 50 GB or 30 days.',
  },
  data_stream_ilm_policy_overwrite: { type: 'bool', default: 'false', doc: 'Replace a policy that is there already.' },
  data_stream_template_use_index_patterns_wildcard: {
    type: 'bool',
    default: 'true',
    doc: 'The template’s pattern is the name with `*` behind it; false: the name alone.',
  },
} as const satisfies Record<string, ParamSpec>;
