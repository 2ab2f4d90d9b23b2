import type { Examples } from './example.ts';

export const filters: Examples = {
  concat: {
    doc: 'Joins stack traces: a line that does not begin with a date belongs to the one before. What waits longer than five seconds goes on to a label.',
    config: `<filter app.**>
  @type concat
  key log
  stream_identity_key container_id
  multiline_start_regexp /^\\d{4}-\\d{2}-\\d{2}/
  flush_interval 5
  timeout_label @OUTPUT
</filter>
<match app.**>
  @type relabel
  @label @OUTPUT
</match>
<label @OUTPUT>
  <match **>
    @type stdout
  </match>
</label>`,
  },
  dedot: {
    doc: 'Field names without dots, which Elasticsearch would take for objects.',
    config: '<filter **>\n  @type dedot\n  de_dot_nested true\n  de_dot_separator _\n</filter>',
    given: [{ 'app.kubernetes.io/name': 'shop', labels: { 'a.b': 1 } }],
    records: [{ 'app_kubernetes_io/name': 'shop', labels: { a_b: 1 } }],
  },
  elasticsearch_genid: {
    doc: 'An id for each event, so that a second try makes no second document: the output takes it by `id_key`.',
    config: `<filter **>
  @type elasticsearch_genid
  hash_id_key _hash
</filter>
<match **>
  @type elasticsearch
  host elasticsearch.logging
  id_key _hash
  remove_keys _hash
</match>`,
  },
  grep: {
    doc: 'Keeps errors and warnings, except those of health checks.',
    config: `<filter **>
  @type grep
  <regexp>
    key level
    pattern /^(?:ERROR|WARN)$/
  </regexp>
  <exclude>
    key $.http.path
    pattern /^\\/healthz/
  </exclude>
</filter>`,
    given: [
      { level: 'ERROR', http: { path: '/shop' } },
      { level: 'INFO', http: { path: '/shop' } },
      { level: 'WARN', http: { path: '/healthz' } },
    ],
    records: [{ level: 'ERROR', http: { path: '/shop' } }],
  },
  kubernetes_metadata: {
    doc: 'Adds pod, namespace, labels and node of the container that a line came from, told by the tag of the tail input.',
    config: `<filter kubernetes.**>
  @type kubernetes_metadata
  skip_container_metadata true
  skip_master_url true
</filter>`,
  },
  parser: {
    doc: 'Parses a field that holds JSON, and keeps the others.',
    config: `<filter **>
  @type parser
  key_name log
  reserve_data true
  reserve_time true
  remove_key_name_field true
  emit_invalid_record_to_error false
  <parse>
    @type json
  </parse>
</filter>`,
    given: [
      { log: '{"level":"info","ms":7}', stream: 'stdout' },
      { log: 'no JSON', stream: 'stdout' },
    ],
    records: [
      { stream: 'stdout', level: 'info', ms: 7 },
      { log: 'no JSON', stream: 'stdout' },
    ],
  },
  prometheus: {
    doc: 'Counts events for the prometheus input.',
    config: `<filter app.**>
  @type prometheus
  <metric>
    name app_lines_total
    type counter
    desc Lines of the application.
    <labels>
      tag \${tag}
      level $.level
    </labels>
  </metric>
</filter>`,
  },
  record_modifier: {
    doc: 'Adds and removes fields without Ruby’s cost.',
    config: `<filter **>
  @type record_modifier
  remove_keys password,token
  <record>
    cluster eu-1
    source \${tag}
  </record>
</filter>`,
    given: [{ user: 'ann', password: 'x' }],
    records: [{ user: 'ann', cluster: 'eu-1', source: 'app.web' }],
  },
  record_transformer: {
    doc: 'Adds, changes and removes fields; with Ruby where that is wanted.',
    config: `<filter **>
  @type record_transformer
  enable_ruby true
  remove_keys $.kubernetes.pod_id,stream
  <record>
    service \${record.dig("kubernetes", "labels", "app") || "none"}
    tag_prefix \${tag_parts[0]}
  </record>
</filter>`,
    given: [{ log: 'x', stream: 'stdout', kubernetes: { pod_id: '1-2', labels: { app: 'shop' } } }],
    records: [{ log: 'x', kubernetes: { labels: { app: 'shop' } }, service: 'shop', tag_prefix: 'app' }],
  },
  stdout: { doc: 'Prints events on their way.', config: '<filter app.**>\n  @type stdout\n</filter>' },
};
