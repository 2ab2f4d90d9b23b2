/** A real Kafka broker on 127.0.0.1 (KRaft, one node) with a plain, a SASL and a TLS listener. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from './child.ts';
import { newestJdk } from './elasticsearch/java.ts';
import { classPathOf, type Jars, knownClassPath } from './jars.ts';
import { freePort, waitForPort } from './ports.ts';

const JARS: Jars = {
  folder: ['kafka', '4.1.0'],
  coordinates: ['org.apache.kafka:kafka_2.13:4.1.0', 'org.slf4j:slf4j-simple:1.7.36'],
};
/** Java that the broker needs. */
export const KAFKA_JAVA = 17;

// 6 s on a quiet machine.
const START_TIMEOUT_MS = 120_000;

export const KAFKA_USER = 'alice';
export const KAFKA_PASSWORD = 'alice-secret';

export interface KafkaOptions {
  /** PEM of the broker's certificate and key, for the TLS listener. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** More of its configuration. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly port?: number;
}

export interface KafkaServer {
  /** `host:port` of the listeners. */
  readonly plain: string;
  readonly sasl: string;
  readonly tls: string;
  stop(): Promise<void>;
}

export function hasKafka(): boolean {
  return knownClassPath(JARS) !== undefined;
}

export function buildKafka(): Promise<string> {
  return classPathOf(JARS);
}

export async function startKafka(options: KafkaOptions = {}): Promise<KafkaServer> {
  const jdk = newestJdk();
  if (jdk === undefined || jdk.major < KAFKA_JAVA) throw new Error(`Kafka needs a JDK ${KAFKA_JAVA} or later`);
  const folder = mkdtempSync(join(tmpdir(), 'sluice-kafka-'));
  mkdirSync(join(folder, 'data'));
  const plain = options.port ?? (await freePort());
  const [sasl, tls, controller] = [await freePort(), await freePort(), await freePort()];
  const file = join(folder, 'server.properties');
  writeFileSync(file, configuration(folder, { plain, sasl, tls, controller }, options));
  const child = startChild('Kafka', jdk.java, [
    ...['-Xmx256m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error'],
    ...['-cp', await buildKafka(), join(import.meta.dirname, 'kafka', 'Broker.java'), file],
    ...['--add-scram', `SCRAM-SHA-256=[name=${KAFKA_USER},password=${KAFKA_PASSWORD}]`],
  ]);
  const stop = async () => {
    await child.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await waitForPort(plain, START_TIMEOUT_MS);
  } catch (error) {
    await stop();
    throw new Error(`Kafka did not start\n${child.log()}`, { cause: error });
  }
  return { plain: `127.0.0.1:${plain}`, sasl: `127.0.0.1:${sasl}`, tls: `localhost:${tls}`, stop };
}

interface PortsOf {
  readonly plain: number;
  readonly sasl: number;
  readonly tls: number;
  readonly controller: number;
}

function configuration(folder: string, ports: PortsOf, { tls, settings = {} }: KafkaOptions): string {
  const login = 'org.apache.kafka.common.security';
  const listeners = [
    `PLAINTEXT://127.0.0.1:${ports.plain}`,
    `SASL_PLAINTEXT://127.0.0.1:${ports.sasl}`,
    ...(tls === undefined ? [] : [`SSL://localhost:${ports.tls}`]),
  ];
  const all: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: [...listeners, `CONTROLLER://127.0.0.1:${ports.controller}`].join(','),
    'advertised.listeners': listeners.join(','),
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SSL:SSL,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256',
    'listener.name.sasl_plaintext.plain.sasl.jaas.config': `${login}.plain.PlainLoginModule required user_${KAFKA_USER}="${KAFKA_PASSWORD}";`,
    'listener.name.sasl_plaintext.scram-sha-256.sasl.jaas.config': `${login}.scram.ScramLoginModule required;`,
    'log.dirs': join(folder, 'data'),
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'num.partitions': '3',
    ...(tls === undefined
      ? {}
      : {
          'ssl.keystore.type': 'PEM',
          'ssl.keystore.certificate.chain': oneLine(tls.cert),
          'ssl.keystore.key': oneLine(tls.key),
        }),
    ...settings,
  };
  return Object.entries(all)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** Properties files end a line at its end. */
function oneLine(pem: string): string {
  return pem.trim().replaceAll('\n', '\\n');
}
