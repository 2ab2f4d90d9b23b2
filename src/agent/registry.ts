/** One line per plugin. A plugin's code is loaded when a configuration uses it: importing costs memory and start-up time. */
import type {
  BufferedOutputDefinition,
  FilterDefinition,
  FormatterDefinition,
  InputDefinition,
  OutputDefinition,
  ParserDefinition,
} from '../pipeline/plugin.ts';

export type AnyOutputDefinition = OutputDefinition | BufferedOutputDefinition;
export interface Definitions {
  input: InputDefinition;
  filter: FilterDefinition;
  output: AnyOutputDefinition;
  parser: ParserDefinition;
  formatter: FormatterDefinition;
}
export type Kind = keyof Definitions;

/** A definition with a schema of its own is used through the general one; the host hands it its own checked config. */
const plugin = (module: { plugin: unknown }) => module.plugin;

type Lines = Record<string, () => Promise<unknown>>;

const inputs: Lines = {
  dummy: () => import('../pipeline/input/sample.ts').then(plugin),
  exec: () => import('../pipeline/input/exec.ts').then(plugin),
  forward: () => import('../pipeline/input/forward/index.ts').then(plugin),
  http: () => import('../pipeline/input/http/index.ts').then(plugin),
  monitor_agent: () => import('../pipeline/input/monitor_agent.ts').then(plugin),
  prometheus: () => import('../pipeline/input/prometheus/index.ts').then(plugin),
  prometheus_monitor: () => import('../pipeline/input/prometheus/monitors.ts').then((m) => m.plugins),
  prometheus_output_monitor: () => import('../pipeline/input/prometheus/monitors.ts').then((m) => m.outputs),
  prometheus_tail_monitor: () => import('../pipeline/input/prometheus/monitors.ts').then((m) => m.files),
  sample: () => import('../pipeline/input/sample.ts').then(plugin),
  syslog: () => import('../pipeline/input/syslog.ts').then(plugin),
  systemd: () => import('../pipeline/input/systemd/index.ts').then(plugin),
  tail: () => import('../pipeline/input/tail/index.ts').then(plugin),
  tcp: () => import('../pipeline/input/tcp.ts').then(plugin),
  udp: () => import('../pipeline/input/udp.ts').then(plugin),
  unix: () => import('../pipeline/input/unix.ts').then(plugin),
};

const filters: Lines = {
  dedot: () => import('../pipeline/filter/dedot.ts').then(plugin),
  elasticsearch_genid: () => import('../pipeline/filter/elasticsearch_genid.ts').then(plugin),
  geoip: () => import('../pipeline/filter/geoip.ts').then(plugin),
  record_modifier: () => import('../pipeline/filter/record_modifier/index.ts').then(plugin),
  concat: () => import('../pipeline/filter/concat/index.ts').then(plugin),
  grep: () => import('../pipeline/filter/grep.ts').then(plugin),
  kubernetes_metadata: () => import('../pipeline/filter/kubernetes_metadata/index.ts').then(plugin),
  parser: () => import('../pipeline/filter/parser.ts').then(plugin),
  prometheus: () => import('../pipeline/filter/prometheus.ts').then(plugin),
  record_transformer: () => import('../pipeline/filter/record_transformer/index.ts').then(plugin),
  stdout: () => import('../pipeline/filter/stdout.ts').then(plugin),
};

const outputs: Lines = {
  cloudwatch_logs: () => import('../pipeline/output/cloudwatch_logs/index.ts').then(plugin),
  detect_exceptions: () => import('../pipeline/output/detect_exceptions/index.ts').then(plugin),
  rewrite_tag_filter: () => import('../pipeline/output/rewrite_tag_filter.ts').then(plugin),
  roundrobin: () => import('../pipeline/output/roundrobin.ts').then(plugin),
  copy: () => import('../pipeline/output/copy.ts').then(plugin),
  elasticsearch: () => import('../pipeline/output/elasticsearch/index.ts').then(plugin),
  elasticsearch_dynamic: () => import('../pipeline/output/elasticsearch/index.ts').then((m) => m.dynamic),
  elasticsearch_data_stream: () => import('../pipeline/output/elasticsearch/data-stream-output.ts').then(plugin),
  exec: () => import('../pipeline/output/exec.ts').then(plugin),
  file: () => import('../pipeline/output/file.ts').then(plugin),
  forward: () => import('../pipeline/output/forward/index.ts').then(plugin),
  http: () => import('../pipeline/output/http/index.ts').then(plugin),
  kafka2: () => import('../pipeline/output/kafka/index.ts').then(plugin),
  kafka_buffered: () => import('../pipeline/output/kafka/buffered.ts').then(plugin),
  loki: () => import('../pipeline/output/loki/index.ts').then(plugin),
  null: () => import('../pipeline/output/null.ts').then(plugin),
  opensearch_data_stream: () =>
    import('../pipeline/output/elasticsearch/data-stream-output.ts').then((m) => m.opensearch),
  opensearch: () => import('../pipeline/output/elasticsearch/index.ts').then((m) => m.opensearch),
  prometheus: () => import('../pipeline/output/prometheus.ts').then(plugin),
  relabel: () => import('../pipeline/output/relabel.ts').then(plugin),
  s3: () => import('../pipeline/output/s3/index.ts').then(plugin),
  secondary_file: () => import('../pipeline/output/secondary_file.ts').then(plugin),
  stdout: () => import('../pipeline/output/stdout.ts').then(plugin),
};

const parsers: Lines = {
  apache: () => import('../pipeline/parser/regexp.ts').then((m) => m.apache),
  apache2: () => import('../pipeline/parser/apache2.ts').then(plugin),
  apache_error: () => import('../pipeline/parser/regexp.ts').then((m) => m.apacheError),
  cri: () => import('../pipeline/parser/cri.ts').then(plugin),
  csv: () => import('../pipeline/parser/csv.ts').then(plugin),
  json: () => import('../pipeline/parser/json.ts').then(plugin),
  kubernetes: () => import('../pipeline/parser/multiline.ts').then((m) => m.kubernetes),
  logfmt: () => import('../pipeline/parser/logfmt.ts').then(plugin),
  ltsv: () => import('../pipeline/parser/ltsv.ts').then(plugin),
  msgpack: () => import('../pipeline/parser/msgpack.ts').then(plugin),
  multi_format: () => import('../pipeline/parser/multi_format.ts').then(plugin),
  multiline: () => import('../pipeline/parser/multiline.ts').then(plugin),
  multiline_kubernetes: () => import('../pipeline/parser/multiline.ts').then((m) => m.multilineKubernetes),
  nginx: () => import('../pipeline/parser/regexp.ts').then((m) => m.nginx),
  none: () => import('../pipeline/parser/none.ts').then(plugin),
  regexp: () => import('../pipeline/parser/regexp.ts').then(plugin),
  syslog: () => import('../pipeline/parser/syslog/index.ts').then(plugin),
  tsv: () => import('../pipeline/parser/tsv.ts').then(plugin),
};

const formatters: Lines = {
  csv: () => import('../pipeline/formatter/csv.ts').then(plugin),
  hash: () => import('../pipeline/formatter/hash.ts').then(plugin),
  json: () => import('../pipeline/formatter/json.ts').then(plugin),
  ltsv: () => import('../pipeline/formatter/ltsv.ts').then(plugin),
  msgpack: () => import('../pipeline/formatter/msgpack.ts').then(plugin),
  out_file: () => import('../pipeline/formatter/out_file.ts').then(plugin),
  single_value: () => import('../pipeline/formatter/single_value.ts').then(plugin),
  stdout: () => import('../pipeline/formatter/stdout.ts').then(plugin),
  tsv: () => import('../pipeline/formatter/tsv.ts').then(plugin),
};

export const registry: Record<Kind, Lines> = {
  input: inputs,
  filter: filters,
  output: outputs,
  parser: parsers,
  formatter: formatters,
};

/** Definitions of the types that a configuration uses, loaded before anything is built. */
export class Loaded {
  readonly #found = new Map<string, unknown>();

  /** Loads a type; an unknown one is remembered as missing and reported by whoever asks for it. */
  async load(kind: Kind, type: string): Promise<void> {
    const key = `${kind}/${type}`;
    if (this.#found.has(key)) return;
    const line = registry[kind][type];
    if (line !== undefined) this.#found.set(key, await line());
  }

  get<K extends Kind>(kind: K, type: string): Definitions[K] | undefined {
    return this.#found.get(`${kind}/${type}`) as Definitions[K] | undefined;
  }
}
