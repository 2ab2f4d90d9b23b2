/** Parameters of the cloudwatch_logs output: all of fluent-plugin-cloudwatch-logs'. */
import type { SectionSpec } from '../../../config/schema.ts';
import { INJECT } from '../../codec/inject.ts';

const RETRIED = 'then the events are lost';

export const schema = {
  doc: 'CloudWatch Logs output.',
  params: {
    aws_key_id: { type: 'string', secret: true, doc: 'Access key.' },
    aws_sec_key: { type: 'string', secret: true, doc: 'Secret key.' },
    aws_instance_profile_credentials_retries: { type: 'integer', doc: 'No effect.', fluentd: 'ignored' },
    aws_use_sts: { type: 'bool', default: 'false', doc: 'Credentials of a role.' },
    aws_sts_role_arn: { type: 'string', doc: 'The role.' },
    aws_sts_session_name: { type: 'string', default: 'fluentd', doc: 'Name of the session.' },
    aws_sts_external_id: { type: 'string', doc: 'Id that the role’s owner asks for.' },
    aws_sts_policy: { type: 'string', doc: 'IAM policy (JSON) that limits the session.' },
    aws_sts_duration_seconds: { type: 'time', doc: 'Seconds that the session lasts.' },
    aws_sts_endpoint_url: { type: 'string', doc: 'URL of the token service.' },
    aws_ecs_authentication: { type: 'bool', default: 'false', doc: 'Credentials of the container (ECS).' },
    region: { type: 'string', doc: 'Region; default that of the environment or of AWS’ files.' },
    endpoint: { type: 'string', doc: 'URL of the API.' },
    ssl_verify_peer: { type: 'bool', default: 'true', doc: 'Check the server’s certificate.' },
    http_proxy: { type: 'string', doc: 'URL of a proxy.' },
    log_group_name: { type: 'string', doc: 'Log group; placeholders allowed.' },
    log_stream_name: { type: 'string', doc: 'Log stream; placeholders allowed.' },
    use_tag_as_group: { type: 'bool', default: 'false', doc: 'The tag is the log group.' },
    use_tag_as_stream: { type: 'bool', default: 'false', doc: 'The tag is the log stream.' },
    log_group_name_key: { type: 'string', doc: 'Field that names the log group.' },
    log_stream_name_key: { type: 'string', doc: 'Field that names the log stream.' },
    remove_log_group_name_key: { type: 'bool', default: 'false', doc: 'That field leaves the record.' },
    remove_log_stream_name_key: { type: 'bool', default: 'false', doc: 'That field leaves the record.' },
    auto_create_stream: {
      type: 'bool',
      default: 'false',
      doc: 'Make groups and streams that are missing; else events wait for them.',
      fluentd: 'events of what is missing are lost',
    },
    message_keys: {
      type: 'array',
      default: '',
      doc: 'Fields whose values make the message; default the record as JSON.',
    },
    max_message_length: { type: 'integer', doc: 'Longer messages are cut (characters).' },
    max_events_per_batch: { type: 'integer', default: '10000', doc: 'Events of a request.' },
    put_log_events_retry_wait: {
      type: 'time',
      default: '1.0',
      doc: 'Seconds to wait when the API is busy; twice as long each time.',
    },
    put_log_events_retry_limit: {
      type: 'integer',
      default: '17',
      doc: 'Tries while the API is busy, before the buffer tries the chunk again.',
      fluentd: RETRIED,
    },
    put_log_events_disable_retry_limit: { type: 'bool', default: 'false', doc: 'Without that limit.' },
    concurrency: { type: 'integer', default: '1', doc: 'Streams of a chunk that are written at the same time.' },
    log_group_aws_tags: { type: 'hash', doc: 'Tags of groups that are made; placeholders allowed.' },
    log_group_aws_tags_key: { type: 'string', doc: 'Field that holds the tags of a group that is made.' },
    remove_log_group_aws_tags_key: { type: 'bool', default: 'false', doc: 'That field leaves the record.' },
    retention_in_days: { type: 'integer', doc: 'Days that groups that are made keep their events.' },
    retention_in_days_key: { type: 'string', doc: 'Field that holds those days.' },
    remove_retention_in_days_key: { type: 'bool', default: 'false', doc: 'That field leaves the record.' },
    json_handler: { type: 'enum', values: ['yajl', 'json'], default: 'yajl', doc: 'No effect.', fluentd: 'ignored' },
    log_rejected_request: {
      type: 'bool',
      default: 'false',
      doc: 'Log what the API says about events that it rejects.',
    },
  },
  sections: {
    format: {
      doc: 'Formatter of messages; default JSON, or message_keys.',
      params: {},
      anyParam: true,
      plugin: 'formatter',
    },
    inject: INJECT,
    web_identity_credentials: {
      doc: 'Credentials of a role for a service account’s token (EKS).',
      params: {
        role_arn: { type: 'string', required: true, doc: 'The role.' },
        role_session_name: { type: 'string', required: true, doc: 'Name of the session.' },
        web_identity_token_file: { type: 'string', doc: 'File with the token.' },
        policy: { type: 'string', doc: 'IAM policy (JSON) that limits the session.' },
        duration_seconds: { type: 'time', doc: 'Seconds that the session lasts.' },
      },
    },
  },
} as const satisfies SectionSpec;
