/** Parameters of `kubernetes_metadata`: those of fluent-plugin-kubernetes_metadata_filter 3.7.1, and `kubeconfig`, ours. */
import type { ParamSpec } from '../../../config/schema.ts';

/** Parameters of the plugin's first two major versions, which configurations still carry. */
const REMOVED = {
  use_journal: 'bool',
  container_name_to_kubernetes_regexp: 'string',
  include_namespace_id: 'bool',
  include_namespace_metadata: 'bool',
  merge_json_log: 'bool',
  preserve_json_log: 'bool',
  json_key: 'string',
  de_dot: 'bool',
  de_dot_separator: 'string',
  de_dot_slash: 'bool',
  de_slash: 'bool',
  de_slash_separator: 'string',
  test_api_adapter: 'string',
} as const;

const removed = Object.fromEntries(
  Object.entries(REMOVED).map(([name, type]) => [
    name,
    {
      type,
      deprecated: 'it has no effect, as in version 3 of the plugin',
      fluentd: 'ignored',
      doc: 'Accepted without effect: version 3 of the plugin no longer has it.',
    },
  ]),
) as Record<keyof typeof REMOVED, ParamSpec & { readonly type: 'string' | 'bool' }>;

export const schema = {
  doc: 'Adds what the Kubernetes API knows of the pod and namespace that a record comes from.',
  params: {
    ...removed,
    kubernetes_url: {
      type: 'string',
      doc: 'URL of the API server, with or without a final /api. Default: https://KUBERNETES_SERVICE_HOST:KUBERNETES_SERVICE_PORT/api; without either only the tag is used.',
    },
    kubeconfig: {
      type: 'string',
      doc: 'A kubeconfig file that tells server and credentials (certificates, tokens, exec plugins), for runs outside a cluster.',
      fluentd: 'Fluentd has no such parameter.',
    },
    apiVersion: { type: 'string', default: 'v1', doc: 'Version of the core API.' },
    client_cert: { type: 'string', doc: 'Client certificate (PEM file).' },
    client_key: { type: 'string', doc: 'Key of the client certificate (PEM file).' },
    ca_file: {
      type: 'string',
      doc: "Authorities of the server's certificate (PEM file). Default: ca.crt in secret_dir.",
    },
    verify_ssl: { type: 'bool', default: 'true', doc: "Whether the server's certificate is verified." },
    ssl_partial_chain: {
      type: 'bool',
      default: 'false',
      doc: 'Trusts intermediate authorities in ca_file without their root.',
    },
    bearer_token_file: {
      type: 'string',
      doc: 'File with the bearer token, read again for each request. Default: token in secret_dir.',
    },
    secret_dir: {
      type: 'string',
      default: '/var/run/secrets/kubernetes.io/serviceaccount',
      doc: 'Folder of the service account (token and ca.crt).',
    },
    open_timeout: { type: 'integer', default: '3', doc: 'Seconds to wait for a connection.' },
    read_timeout: { type: 'integer', default: '10', doc: 'Seconds to wait for the next bytes of an answer.' },
    watch: {
      type: 'bool',
      default: 'true',
      doc: 'With K8S_NODE_NAME set: one list and one watch of the pods of this node, and of namespaces, instead of a request per pod.',
      fluentd:
        'Without K8S_NODE_NAME Fluentd lists and watches all pods of the cluster; here each pod is looked up when its first line comes.',
    },
    cache_size: { type: 'integer', default: '1000', doc: 'Pods (and namespaces) kept that no watch keeps up to date.' },
    cache_ttl: {
      type: 'integer',
      default: '3600',
      doc: 'Seconds after which such a pod is asked for again, in the background; negative: never.',
    },
    ignore_nil: { type: 'integer', default: '1', doc: 'Accepted without effect.', fluentd: 'ignored' },
    tag_to_kubernetes_name_regexp: {
      type: 'string',
      doc: 'Regexp on the tag with the groups namespace, pod_name, container_name and docker_id or pod_uuid. Default: files of /var/log/containers and /var/log/pods.',
    },
    lookup_from_k8s_field: {
      type: 'bool',
      default: 'true',
      doc: 'For tags that the regexp does not match: takes the names from kubernetes.namespace_name, pod_name, container_name and docker.container_id of the record.',
      fluentd:
        'Fluentd prefers these fields to a tag that matches, so a container could give itself out as another; here the tag wins.',
    },
    annotation_match: { type: 'array', default: '[]', doc: 'Regexps: annotations whose key matches are added.' },
    allow_orphans: {
      type: 'bool',
      default: 'true',
      doc: 'Marks records whose namespace the API does not know (or does not show).',
    },
    orphaned_namespace_name: { type: 'string', default: '.orphaned', doc: 'namespace_name of such records.' },
    orphaned_namespace_id: { type: 'string', default: 'orphaned', doc: 'namespace_id of such records.' },
    skip_labels: { type: 'bool', default: 'false', doc: 'Leaves out labels of pods and namespaces.' },
    skip_pod_labels: { type: 'bool', default: 'false', doc: 'Leaves out labels of pods.' },
    skip_namespace_labels: { type: 'bool', default: 'false', doc: 'Leaves out labels of namespaces.' },
    skip_container_metadata: {
      type: 'bool',
      default: 'false',
      doc: 'Leaves out image and image id, and keeps the container id of the tag.',
    },
    skip_master_url: { type: 'bool', default: 'false', doc: 'Leaves out master_url.' },
    skip_namespace_metadata: { type: 'bool', default: 'false', doc: 'Never asks for namespaces.' },
    include_ownerrefs_metadata: {
      type: 'bool',
      default: 'false',
      doc: 'Adds kind and name of the owners of the pod as ownerrefs.',
    },
    stats_interval: {
      type: 'integer',
      default: '30',
      doc: 'Seconds between two lines of statistics in the own log; 0: none.',
    },
    watch_retry_interval: {
      type: 'integer',
      default: '1',
      doc: 'Seconds before the first new try of a watch that failed.',
    },
    watch_retry_exponential_backoff_base: { type: 'integer', default: '2', doc: 'Factor from one wait to the next.' },
    watch_retry_max_times: {
      type: 'integer',
      default: '10',
      doc: 'Failures in a row after which they are logged as errors; the waits grow to half a minute at most and tries go on.',
      fluentd: 'Fluentd stops after so many failures.',
    },
  },
} as const;
