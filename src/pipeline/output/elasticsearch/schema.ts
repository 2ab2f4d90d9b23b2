/** Parameters of fluent-plugin-elasticsearch 5; those that exist only for the Ruby client are accepted without effect. */
import type { ParamSpec, SectionSpec } from '../../../config/schema.ts';
import { templateParams } from './template-params.ts';

/** Accepted, no effect here: parameter → why. */
function ignored(reasons: Readonly<Record<string, string>>): Record<string, ParamSpec> {
  return Object.fromEntries(
    Object.entries(reasons).map(([name, doc]) => [
      name,
      { type: 'string', doc, fluentd: 'ignored' } satisfies ParamSpec,
    ]),
  );
}

const TLS_VERSIONS = ['TLSv1', 'TLSv1_1', 'TLSv1_2', 'TLSv1_3'] as const;

export const schema = {
  doc: 'Elasticsearch output.',
  params: {
    host: { type: 'string', default: 'localhost', doc: 'Host.' },
    port: { type: 'integer', default: '9200', doc: 'Port.' },
    hosts: { type: 'string', doc: 'Hosts: `host`, `host:port` or URLs, comma-separated.' },
    scheme: { type: 'enum', values: ['http', 'https'], default: 'http', doc: 'Scheme.' },
    path: { type: 'string', doc: 'Path before `/_bulk`.' },
    user: { type: 'string', doc: 'User; `%{…}` is URL-encoded.' },
    password: { type: 'string', secret: true, doc: 'Password; `%{…}` is URL-encoded.' },
    api_key: { type: 'string', secret: true, doc: 'API key.' },
    cloud_id: { type: 'string', doc: 'Elastic Cloud id.' },
    cloud_auth: { type: 'string', secret: true, doc: 'Elastic Cloud user:password.' },
    ssl_verify: { type: 'bool', default: 'true', doc: 'Verify the server’s certificate.' },
    ca_file: { type: 'string', doc: 'CA file.' },
    client_cert: { type: 'string', doc: 'Client certificate file.' },
    client_key: { type: 'string', doc: 'Client key file.' },
    client_key_pass: { type: 'string', secret: true, doc: 'Password of the client key.' },
    ssl_min_version: { type: 'enum', values: TLS_VERSIONS, doc: 'Oldest version of TLS; with ssl_max_version.' },
    ssl_max_version: { type: 'enum', values: TLS_VERSIONS, doc: 'Newest version of TLS; with ssl_min_version.' },
    index_name: { type: 'string', default: 'fluentd', doc: 'Index; placeholders allowed.' },
    type_name: { type: 'string', default: 'fluentd', doc: 'Mapping type; left out where the server forbids it.' },
    suppress_type_name: { type: 'bool', default: 'false', doc: 'Leave the type out.' },
    logstash_format: { type: 'bool', default: 'false', doc: 'Index per day, and @timestamp.' },
    logstash_prefix: { type: 'string', default: 'logstash', doc: 'Prefix of the index.' },
    logstash_prefix_separator: { type: 'string', default: '-', doc: 'Between prefix and date.' },
    logstash_dateformat: { type: 'string', default: '%Y.%m.%d', doc: 'strftime of the date.' },
    utc_index: { type: 'bool', default: 'true', doc: 'The index’s date is in UTC.' },
    include_timestamp: { type: 'bool', default: 'false', doc: 'Add @timestamp.' },
    time_key: { type: 'string', doc: 'Field whose value is the document’s time.' },
    time_key_format: { type: 'string', doc: 'strptime of time_key.' },
    time_key_exclude_timestamp: { type: 'bool', default: 'false', doc: 'No @timestamp of its own for time_key.' },
    time_precision: { type: 'integer', default: '9', doc: 'Digits of @timestamp’s fraction.' },
    time_parse_error_tag: {
      type: 'string',
      default: 'Fluent::ElasticsearchOutput::TimeParser.error',
      doc: 'Tag under which a time that cannot be read goes to the error stream.',
    },
    include_tag_key: { type: 'bool', default: 'false', doc: 'Add the tag.' },
    tag_key: { type: 'string', default: 'tag', doc: 'Field that takes the tag.' },
    id_key: { type: 'string', doc: 'Field that holds the document’s id.' },
    routing_key: { type: 'string', doc: 'Field that holds the routing.' },
    parent_key: { type: 'string', doc: 'Field that holds the parent.' },
    write_operation: {
      type: 'enum',
      values: ['index', 'create', 'update', 'upsert'],
      default: 'index',
      doc: 'Bulk operation.',
    },
    target_index_key: { type: 'string', doc: 'Field that names the index; removed.' },
    target_type_key: { type: 'string', doc: 'Field that names the type, before Elasticsearch 6; removed.' },
    flatten_hashes: {
      type: 'bool',
      default: 'false',
      doc: 'Fields of hashes become fields of the record: `a_b` for `a.b`.',
    },
    flatten_hashes_separator: { type: 'string', default: '_', doc: 'Between the names of flattened fields.' },
    remove_keys: { type: 'string', doc: 'Fields to leave out, comma-separated.' },
    remove_keys_on_update: { type: 'string', default: '', doc: 'Fields left out of updates, comma-separated.' },
    remove_keys_on_update_key: { type: 'string', doc: 'Field that lists fields left out of updates; removed.' },
    suppress_doc_wrap: {
      type: 'bool',
      default: 'false',
      doc: 'The body of an update is the record itself, not `{"doc":…}`.',
    },
    target_index_affinity: {
      type: 'bool',
      default: 'false',
      doc: 'With logstash_format and id_key, updates and upserts go to the index that has the document already; a search for each chunk.',
    },
    retry_tag: {
      type: 'string',
      doc: 'Tag under which documents that failed for another reason than themselves go through the pipeline again.',
    },
    include_index_in_url: { type: 'bool', default: 'false', doc: 'Name the index in the URL, one request an index.' },
    pipeline: { type: 'string', doc: 'Ingest pipeline; placeholders allowed.' },
    request_timeout: { type: 'time', default: '5', doc: 'Seconds for a request.' },
    resurrect_after: {
      type: 'time',
      default: '60',
      doc: 'Seconds that a host which cannot be reached is left out; twice as long each time it fails again.',
    },
    bulk_message_request_threshold: { type: 'size', default: '-1', doc: 'Bytes of a bulk request; -1: the chunk.' },
    compression_level: {
      type: 'enum',
      values: ['no_compression', 'best_speed', 'best_compression', 'default_compression'],
      default: 'no_compression',
      doc: 'gzip of requests.',
    },
    ignore_exceptions: {
      type: 'array',
      default: '[]',
      doc: 'Ruby classes of failures that cost the chunk: it goes to the secondary or the backup folder.',
    },
    exception_backup: { type: 'bool', default: 'true', doc: 'false: such a chunk is thrown away.' },
    custom_headers: { type: 'hash', default: '{}', doc: 'Headers of requests.' },
    log_es_400_reason: { type: 'bool', default: 'false', doc: 'Tell why documents were refused.' },
    default_elasticsearch_version: { type: 'integer', default: '5', doc: 'Version where the server’s is not known.' },
    verify_es_version_at_startup: { type: 'bool', default: 'true', doc: 'Ask for the server’s version at start.' },
    max_retry_get_es_version: {
      type: 'integer',
      default: '15',
      doc: 'Tries for the version at start, 2, 4, 8 … seconds apart.',
      fluentd:
        'from 5 tries on the agent goes on after 3 seconds: documents wait in the buffer until the version is known',
    },
    fail_on_detecting_es_version_retry_exceed: {
      type: 'bool',
      default: 'true',
      doc: 'Stop when the tries are used up; false: take default_elasticsearch_version.',
    },
    emit_error_for_missing_id: { type: 'bool', default: 'false', doc: 'Records without id_key go to @ERROR.' },
    emit_error_label_event: { type: 'bool', default: 'true', doc: 'Refused documents go to @ERROR.' },
    unrecoverable_error_types: {
      type: 'array',
      default: 'out_of_memory_error,es_rejected_execution_exception',
      doc: 'Accepted; refused items are retried.',
      fluentd: 'ignored',
    },
    ...templateParams,
    dead_letter_file: {
      type: 'string',
      doc: 'File that takes refused documents instead of @ERROR: NDJSON that `sluice replay` sends again.',
      fluentd: 'ours',
    },
    dead_letter_limit_size: {
      type: 'size',
      default: '128m',
      doc: 'Bytes of the dead-letter file with its older parts (`.1` …); the oldest part goes.',
      fluentd: 'ours',
    },
    stable_ids: {
      type: 'bool',
      default: 'false',
      doc: 'Ids from node, file and offset, and op create: nothing is doubled.',
      fluentd: 'ours',
    },
    store_order: {
      type: 'bool',
      default: 'false',
      doc: 'Adds `sluice` {nanos, file, offset}: the viewer then gives the lines of one millisecond in file order.',
      fluentd: 'ours',
    },
    ...ignored({
      reload_connections: 'The hosts are those of the configuration: the agent never asks the cluster for others.',
      reload_on_failure: 'As reload_connections.',
      reload_after: 'As reload_connections.',
      sniffer_class_name: 'A Ruby class; the agent never asks the cluster for hosts.',
      selector_class_name: 'A Ruby class; hosts take turns.',
      http_backend: 'A Ruby library.',
      http_backend_excon_nonblock: 'Of a Ruby library; requests never block.',
      content_type: 'Bulk requests are `application/x-ndjson`, as the plugin sends them whatever is said here.',
      prefer_oj_serializer: 'A Ruby library.',
      reconnect_on_error: 'A connection that failed is never used again.',
      with_transporter_log: 'The log of a Ruby library.',
      validate_client_version: 'There is no client library whose version could differ.',
      ssl_version:
        'The version is negotiated from TLS 1.2 on, unless ssl_min_version and ssl_max_version say otherwise.',
    }),
  },
  sections: {
    metadata: {
      doc: 'What the agent tells of its chunks.',
      params: {
        include_chunk_id: { type: 'bool', default: 'false', doc: 'Add the id of the chunk to each record.' },
        chunk_id_key: { type: 'string', default: 'chunk_id', doc: 'Field that takes it.' },
      },
    },
  },
} as const satisfies SectionSpec;
