import type { Examples } from './example.ts';

const FILE_BUFFER = `  <buffer>
    @type file
    path /var/log/fluentd-buffers/documents
    flush_mode interval
    flush_interval 5s
    flush_thread_count 2
    retry_type exponential_backoff
    retry_max_interval 30
    retry_forever true
    chunk_limit_size 8M
    total_limit_size 2G
    overflow_action block
  </buffer>`;

export const outputs: Examples = {
  cloudwatch_logs: {
    doc: 'A stream for each pod.',
    config: `<match kubernetes.**>
  @type cloudwatch_logs
  region eu-central-1
  log_group_name /kubernetes/apps
  log_stream_name \${tag}
  auto_create_stream true
  <buffer tag>
    flush_interval 5s
  </buffer>
</match>`,
  },
  copy: {
    doc: 'To two places; a failure of the second is no failure of the first.',
    config: `<match app.**>
  @type copy
  <store>
    @type elasticsearch
    host elasticsearch.logging
    logstash_format true
  </store>
  <store ignore_error>
    @type file
    path /var/log/archive/app
  </store>
</match>`,
  },
  detect_exceptions: {
    doc: 'Puts the lines of a stack trace together: seven languages, no regexp to write.',
    config: `<match raw.kubernetes.**>
  @type detect_exceptions
  remove_tag_prefix raw
  message log
  stream stream
  multiline_flush_interval 5
  max_bytes 500000
  max_lines 1000
</match>`,
  },
  elasticsearch: {
    doc: 'An index a day, over TLS, with a buffer on disk.',
    config: `<match **>
  @type elasticsearch
  host elasticsearch.logging
  port 9200
  scheme https
  ca_file /etc/fluent/tls/ca.crt
  user "#{ENV['ELASTIC_USER']}"
  password "#{ENV['ELASTIC_PASSWORD']}"
  logstash_format true
  logstash_prefix kubernetes
  include_tag_key true
  request_timeout 30s
  reload_connections false
  reconnect_on_error true
  reload_on_failure true
${FILE_BUFFER}
</match>`,
  },
  elasticsearch_data_stream: {
    doc: 'To a data stream, made where it is not there yet.',
    config: `<match **>
  @type elasticsearch_data_stream
  host elasticsearch.logging
  data_stream_name logs-app-default
</match>`,
  },
  elasticsearch_dynamic: {
    doc: 'An index by namespace.',
    config: `<match kubernetes.**>
  @type elasticsearch_dynamic
  host elasticsearch.logging
  logstash_format true
  logstash_prefix \${record["kubernetes"]["namespace_name"]}
</match>`,
  },
  exec: {
    doc: 'Hands each chunk to a program.',
    config: `<match audit.**>
  @type exec
  command /usr/local/bin/load-audit
  <format>
    @type json
  </format>
  <buffer>
    @type file
    path /var/log/fluentd-buffers/audit
    flush_interval 1m
  </buffer>
</match>`,
  },
  file: {
    doc: 'A file an hour and tag, packed.',
    config: `<match app.**>
  @type file
  path /var/log/archive/\${tag}/%Y%m%d%H
  compress gzip
  <format>
    @type json
  </format>
  <buffer tag,time>
    timekey 1h
    timekey_wait 5m
    timekey_use_utc true
  </buffer>
</match>`,
  },
  forward: {
    doc: 'To two collectors in turn; a third takes over when both are gone. A chunk is done when it is acknowledged.',
    config: `<match **>
  @type forward
  require_ack_response true
  <server>
    host 10.0.0.11
    port 24224
  </server>
  <server>
    host 10.0.0.12
    port 24224
  </server>
  <server>
    host 10.0.0.13
    port 24224
    standby true
  </server>
${FILE_BUFFER.replace('documents', 'forward')}
</match>`,
  },
  http: {
    doc: 'JSON arrays to a web service.',
    config: `<match app.**>
  @type http
  endpoint https://logs.example.com/ingest/\${tag}
  json_array true
  open_timeout 2
  retryable_response_codes 429,503
  <auth>
    method basic
    username agent
    password "#{ENV['INGEST_PASSWORD']}"
  </auth>
  <buffer tag>
    flush_interval 10s
  </buffer>
</match>`,
  },
  kafka2: {
    doc: 'A topic for each namespace; all replicas have a message before it is done.',
    config: `<match kubernetes.**>
  @type kafka2
  brokers kafka-0.kafka:9092,kafka-1.kafka:9092
  topic_key namespace
  default_topic other
  compression_codec gzip
  required_acks -1
  <format>
    @type json
  </format>
  <buffer namespace>
    @type file
    path /var/log/fluentd-buffers/kafka
    flush_interval 5s
  </buffer>
</match>`,
  },
  kafka_buffered: {
    doc: 'The older plugin’s spelling.',
    config: `<match kubernetes.**>
  @type kafka_buffered
  brokers kafka-0.kafka:9092
  default_topic logs
  output_data_type json
  <buffer>
    flush_interval 5s
  </buffer>
</match>`,
  },
  loki: {
    doc: 'To Loki, labelled by namespace and container.',
    config: `<match kubernetes.**>
  @type loki
  url http://loki.logging:3100
  extra_labels {"cluster":"eu-1"}
  remove_keys kubernetes,docker
  <label>
    namespace $.kubernetes.namespace_name
    container $.kubernetes.container_name
  </label>
  <buffer>
    flush_interval 5s
  </buffer>
</match>`,
  },
  null: { doc: 'Throws events away.', config: '<match fluent.**>\n  @type null\n</match>' },
  opensearch: {
    doc: 'An index a day in OpenSearch.',
    config: `<match **>
  @type opensearch
  host opensearch.logging
  port 9200
  logstash_format true
${FILE_BUFFER}
</match>`,
  },
  opensearch_data_stream: {
    doc: 'To a data stream of OpenSearch.',
    config: `<match **>
  @type opensearch_data_stream
  host opensearch.logging
  data_stream_name logs-app
</match>`,
  },
  prometheus: {
    doc: 'Counts what gets here.',
    config: `<match dropped.**>
  @type prometheus
  <metric>
    name dropped_lines_total
    type counter
    desc Lines that nobody wants.
  </metric>
</match>`,
  },
  relabel: {
    doc: 'To the filters and outputs of a label.',
    config: `<match app.**>
  @type relabel
  @label @APP
</match>
<label @APP>
  <match **>
    @type stdout
  </match>
</label>`,
  },
  rewrite_tag_filter: {
    doc: 'Routes by what records hold.',
    config: `<match kubernetes.**>
  @type rewrite_tag_filter
  <rule>
    key $.kubernetes.namespace_name
    pattern /^(shop|payment)$/
    tag business.$1
  </rule>
  <rule>
    key log
    pattern /./
    tag other
  </rule>
</match>
<match business.** other>
  @type stdout
</match>`,
  },
  roundrobin: {
    doc: 'Shares the work between two services, two to one.',
    config: `<match **>
  @type roundrobin
  <store>
    @type http
    endpoint http://ingest-a.example.com/
    weight 2
  </store>
  <store>
    @type http
    endpoint http://ingest-b.example.com/
    weight 1
  </store>
</match>`,
  },
  s3: {
    doc: 'An object every ten minutes, packed, by day and hour.',
    config: `<match **>
  @type s3
  s3_bucket logs
  s3_region eu-central-1
  path kubernetes/%Y/%m/%d/
  s3_object_key_format %{path}%{time_slice}_%{index}.%{file_extension}
  <format>
    @type json
  </format>
  <buffer time>
    @type file
    path /var/log/fluentd-buffers/s3
    timekey 10m
    timekey_wait 1m
    timekey_use_utc true
  </buffer>
</match>`,
  },
  secondary_file: {
    doc: 'Keeps chunks that the primary could not deliver.',
    config: `<match **>
  @type elasticsearch
  host elasticsearch.logging
  <buffer>
    retry_timeout 6h
  </buffer>
  <secondary>
    @type secondary_file
    directory /var/log/fluentd-undelivered
    basename \${tag}.\${chunk_id}
  </secondary>
</match>`,
  },
  stdout: {
    doc: 'Prints events as JSON.',
    config: '<match debug.**>\n  @type stdout\n  <format>\n    @type json\n  </format>\n</match>',
  },
};
