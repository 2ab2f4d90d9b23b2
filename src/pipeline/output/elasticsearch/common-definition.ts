/** What the definitions of this folder's outputs have in common. */

/** Which cluster, and how to talk to it. */
const TRANSPORT = [
  ...['host', 'port', 'hosts', 'scheme', 'path', 'user', 'password', 'api_key', 'cloud_id', 'cloud_auth'],
  ...['ssl_verify', 'ca_file', 'client_cert', 'client_key', 'client_key_pass', 'ssl_version', 'ssl_min_version'],
  ...['ssl_max_version', 'request_timeout', 'resurrect_after', 'bulk_message_request_threshold', 'compression_level'],
  ...['reload_connections', 'reload_on_failure', 'reload_after', 'reconnect_on_error', 'custom_headers'],
  ...['slow_flush_log_threshold', 'log_es_400_reason', 'include_index_in_url'],
];

export const COMMON = {
  kind: 'output',
  buffering: 'always',
  // Of the plugin: time slices are in UTC.
  bufferDefaults: { $arg: 'tag', timekey_use_utc: 'true' },
  transportParams: TRANSPORT,
} as const;
