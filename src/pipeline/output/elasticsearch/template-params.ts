/** Parameters of templates, rollover indices and lifecycle policies. */
import type { ParamSpec } from '../../../config/schema.ts';

export const templateParams = {
  template_name: { type: 'string', doc: 'Index template to install; placeholders allowed.' },
  template_file: { type: 'string', doc: 'File that holds the template.' },
  template_overwrite: { type: 'bool', default: 'false', doc: 'Install templates that are there already, too.' },
  templates: { type: 'hash', doc: 'Templates to install: `{"name":"file"}`.' },
  customize_template: {
    type: 'hash',
    doc: 'Texts of the template file → what to put there, in lower case; placeholders allowed.',
  },
  use_legacy_template: {
    type: 'bool',
    default: 'true',
    doc: 'Templates of the old kind (`_template`); false: composable ones (`_index_template`).',
  },
  rollover_index: {
    type: 'string',
    doc: 'Make the first rollover index `<name-application-{now/d}-000001>`, with its alias.',
    fluentd: '`false` means false; the plugin takes every text for true',
  },
  index_date_pattern: {
    type: 'string',
    default: 'now/d',
    doc: 'Date math in a rollover index’s name; empty: no date.',
  },
  index_separator: { type: 'string', default: '-', doc: 'Between the parts of a rollover index’s name.' },
  deflector_alias: { type: 'string', doc: 'Alias of the rollover index; placeholders allowed.' },
  application_name: {
    type: 'string',
    default: 'default',
    doc: 'Part of a rollover index’s name; placeholders allowed.',
  },
  index_prefix: {
    type: 'string',
    doc: 'Refused, as by the plugin since 4.0: use index_name, or logstash_prefix with logstash_format.',
  },
  enable_ilm: { type: 'bool', default: 'false', doc: 'Index lifecycle management: policy, template and first index.' },
  ilm_policy_id: { type: 'string', default: 'logstash-policy', doc: 'Name of the policy; placeholders allowed.' },
  ilm_policy: { type: 'hash', default: '{}', doc: 'The policy; without one indices roll over at 50 GB or 30 days.' },
  ilm_policies: { type: 'hash', default: '{}', doc: 'Policies by name.' },
  ilm_policy_overwrite: { type: 'bool', default: 'false', doc: 'Replace a policy that is there already.' },
  truncate_caches_interval: {
    type: 'time',
    doc: 'Seconds after which installed templates and aliases are checked again.',
  },
  max_retry_putting_template: {
    type: 'integer',
    default: '10',
    doc: 'Tries to install templates at start, 2, 4, 8 … seconds apart.',
    fluentd:
      'from 5 tries on the agent goes on after 3 seconds: documents wait in the buffer until the templates are there',
  },
  fail_on_putting_template_retry_exceed: { type: 'bool', default: 'true', doc: 'Stop when the tries are used up.' },
  catch_transport_exception_on_retry: {
    type: 'bool',
    default: 'true',
    doc: 'Try again after answers that say no; false: stop at the first.',
  },
} as const satisfies Record<string, ParamSpec>;
