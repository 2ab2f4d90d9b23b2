import type { Examples } from './example.ts';

export const inputs: Examples = {
  dummy: {
    doc: 'The old name of sample.',
    config: '<source>\n  @type dummy\n  tag test\n  dummy {"hello":"world"}\n</source>',
  },
  exec: {
    doc: 'The load of the node, once a minute.',
    config: `<source>
  @type exec
  command cut -d ' ' -f 1-3 /proc/loadavg
  tag node.load
  run_interval 1m
  <parse>
    @type csv
    delimiter " "
    keys one,five,fifteen
    types one:float,five:float,fifteen:float
  </parse>
</source>`,
  },
  forward: {
    doc: 'Takes events of other agents that know the shared key, over TLS.',
    config: `<source>
  @type forward
  port 24224
  bind 0.0.0.0
  <transport tls>
    cert_path /etc/fluent/tls/tls.crt
    private_key_path /etc/fluent/tls/tls.key
  </transport>
  <security>
    self_hostname collector
    shared_key "#{ENV['FORWARD_KEY']}"
  </security>
</source>`,
  },
  http: {
    doc: 'POST /app.web with JSON as its body.',
    config: `<source>
  @type http
  port 9880
  body_size_limit 32m
  keepalive_timeout 10s
  add_remote_addr true
  <parse>
    @type json
  </parse>
</source>`,
  },
  monitor_agent: {
    doc: 'What the agent does, as JSON: `curl localhost:24220/api/plugins.json`.',
    config: '<source>\n  @type monitor_agent\n  bind 127.0.0.1\n  port 24220\n</source>',
  },
  prometheus: {
    doc: '/metrics for a scrape.',
    config: '<source>\n  @type prometheus\n  bind 0.0.0.0\n  port 24231\n  metrics_path /metrics\n</source>',
  },
  prometheus_monitor: {
    doc: 'Lengths and sizes of the buffers.',
    config:
      '<source>\n  @type prometheus_monitor\n  interval 10\n  <labels>\n    hostname ${hostname}\n  </labels>\n</source>',
  },
  prometheus_output_monitor: {
    doc: 'What outputs wrote, tried again and failed at.',
    config:
      '<source>\n  @type prometheus_output_monitor\n  interval 10\n  <labels>\n    hostname ${hostname}\n  </labels>\n</source>',
  },
  prometheus_tail_monitor: {
    doc: 'How far the tail inputs are.',
    config:
      '<source>\n  @type prometheus_tail_monitor\n  interval 10\n  <labels>\n    hostname ${hostname}\n  </labels>\n</source>',
  },
  sample: {
    doc: 'Ten events a second, numbered: for trying out a configuration.',
    config: `<source>
  @type sample
  tag test
  rate 10
  auto_increment_key n
  sample {"message":"order placed"}
</source>`,
  },
  syslog: {
    doc: 'syslog over UDP; tags are `system.<facility>.<severity>`.',
    config: `<source>
  @type syslog
  port 5140
  bind 0.0.0.0
  tag system
  <transport udp>
  </transport>
  <parse>
    message_format auto
  </parse>
</source>`,
  },
  systemd: {
    doc: 'The kubelet’s lines in the journal of the node, from where the last run ended.',
    config: `<source>
  @type systemd
  tag kubelet
  path /var/log/journal
  matches [{ "_SYSTEMD_UNIT": "kubelet.service" }]
  read_from_head true
  <storage>
    @type local
    path /var/log/fluentd-journald-kubelet-cursor.json
  </storage>
  <entry>
    fields_strip_underscores true
    fields_lowercase true
  </entry>
</source>`,
  },
  tail: {
    doc: 'The logs of all containers of a node.',
    config: `<source>
  @type tail
  @id in_tail_container_logs
  path /var/log/containers/*.log
  exclude_path ["/var/log/containers/fluentd-*"]
  pos_file /var/log/fluentd-containers.log.pos
  tag kubernetes.*
  read_from_head true
  <parse>
    @type cri
  </parse>
</source>`,
  },
  tcp: {
    doc: 'A JSON text a line over TCP.',
    config: `<source>
  @type tcp
  tag net
  port 5170
  source_address_key client
  <parse>
    @type json
  </parse>
</source>`,
  },
  udp: {
    doc: 'A JSON text a datagram.',
    config: `<source>
  @type udp
  tag net
  port 5160
  message_length_limit 8k
  <parse>
    @type json
  </parse>
</source>`,
  },
  unix: {
    doc: 'Fluentd’s protocol over a socket file.',
    config: '<source>\n  @type unix\n  path /var/run/fluent/fluent.sock\n</source>',
  },
};
