const es = 'org.elasticsearch';
const os = 'org.opensearch';

/** Maven coordinates of one engine: the server's jars and the log4j that it wants at run time. */
function engine(version: string, log4j: string, ...jars: string[]): readonly string[] {
  return [
    ...jars.map((jar) => `${jar}:${version}`),
    ...['api', 'core'].map((part) => `org.apache.logging.log4j:log4j-${part}:${log4j}`),
  ];
}

const es7 = [
  `${es}:elasticsearch`,
  ...['transport-netty4', 'mapper-extras', 'reindex'].map((name) => `${es}.plugin:${name}-client`),
];
const es8 = [`${es}:elasticsearch`, `${es}.plugin:transport-netty4`];
const opensearch = [
  `${os}:opensearch`,
  ...['transport-netty4-client', 'ingest-common', 'analysis-common', 'mapper-extras-client'].map(
    (name) => `${os}.plugin:${name}`,
  ),
];

/** What can be started, by version; `java` is the oldest Java that runs it. */
export const ENGINES = {
  '7.4.2': { java: 17, jars: engine('7.4.2', '2.17.1', ...es7, 'org.codelibs.elasticsearch.module:ingest-common') },
  '7.17.29': { java: 17, jars: engine('7.17.29', '2.17.1', ...es7) },
  '8.19.21': { java: 17, jars: engine('8.19.21', '2.26.1', ...es8) },
  '9.5.3': { java: 21, jars: engine('9.5.3', '2.26.1', ...es8) },
  'opensearch-2.19.6': { java: 17, jars: engine('2.19.6', '2.25.4', ...opensearch) },
  'opensearch-3.8.0': { java: 21, jars: engine('3.8.0', '2.25.4', ...opensearch) },
} as const satisfies Record<string, { java: number; jars: readonly string[] }>;

export type EngineVersion = keyof typeof ENGINES;

export const ENGINE_VERSIONS = Object.keys(ENGINES) as EngineVersion[];
