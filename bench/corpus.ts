/**
 * Corpora made of the bundled real lines (demo/samples), spread over pods: one file a pod, as the kubelet and docker name them.
 *
 * Guarantees: ASCII only, so that characters are bytes; the number of lines and of the documents they must become is known. Short lines are
 * filled up by repeating themselves.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { StubObject } from '../test/kubernetes/stub.ts';

const SAMPLES = path.join(import.meta.dirname, '..', 'demo', 'samples');
/** Lines that share one string before it is written. */
const BATCH = 5000;
const START = Date.parse('2026-11-23T08:00:00Z');

export interface Corpus {
  readonly pods: readonly string[];
  readonly files: readonly string[];
  readonly lines: number;
  /** Documents that the lines must become. */
  readonly documents: number;
  readonly bytes: number;
}

/** One line with its end: `n` counts the lines of a pod, `ms` is its time. */
export type Line = (n: number, ms: number, message: string) => string;

export interface Kind {
  readonly line: Line;
  /** Lines after which a pod's text begins anew, and the documents these are. */
  readonly cycle: readonly [lines: number, documents: number];
}

export const NAMESPACE = 'shop';
const containerId = (pod: number) => (pod + 10).toString(16).padStart(4, '0').repeat(16);

export function podNames(pods: number): string[] {
  return Array.from({ length: pods }, (_, i) => `feature-${i}`);
}

export function logFile(folder: string, pod: number): string {
  return path.join(folder, `feature-${pod}_${NAMESPACE}_main-${containerId(pod)}.log`);
}

/** Writes about `lines` lines, whole cycles, over `pods` files in `folder`. */
export function writeCorpus(folder: string, kind: Kind, lines: number, pods: number): Corpus {
  const samples = sampleLines();
  fs.mkdirSync(folder, { recursive: true });
  const names = podNames(pods);
  const files = names.map((_, i) => logFile(folder, i));
  const [cycle, documents] = kind.cycle;
  const own = Math.max(cycle, Math.floor(lines / pods / cycle) * cycle);
  let bytes = 0;
  for (const [i, file] of files.entries()) {
    const fd = fs.openSync(file, 'w');
    for (let done = 0; done < own; done += BATCH) {
      let text = '';
      for (let n = done; n < Math.min(own, done + BATCH); n++)
        text += kind.line(n, START + i * own + n, samples[(n * 7 + i * 211) % samples.length]!);
      bytes += text.length;
      fs.writeSync(fd, text);
    }
    fs.closeSync(fd);
  }
  return { pods: names, files, lines: own * pods, documents: (own / cycle) * documents * pods, bytes };
}

export function sampleLines(): string[] {
  return fs
    .readdirSync(SAMPLES)
    .filter((name) => name.endsWith('.log'))
    .sort()
    .flatMap((name) => fs.readFileSync(path.join(SAMPLES, name), 'utf8').split('\n'))
    .filter((line) => line.length > 20 && /^[\x20-\x7e]+$/.test(line));
}

/** Fills up by repeating, cuts to `room`; a cut must not leave half an escape behind. */
function fitted(text: string, room: number): string {
  let body = text;
  while (body.length < room) body += ` ${body}`;
  return body.slice(0, room).replace(/\\+$/, (slashes) => '.'.repeat(slashes.length));
}

const escaped = (text: string) => JSON.stringify(text).slice(1, -1);
const isoTime = (ms: number, zone: string) => new Date(ms).toISOString().replace('Z', `123456${zone}`);

/** Lines of docker's json-file driver, 200 bytes each. */
export const docker: Kind = {
  cycle: [1, 1],
  line(_n, ms, message) {
    const tail = `\\n","stream":"stdout","time":"${isoTime(ms, 'Z')}"}\n`;
    return `{"log":"${fitted(escaped(message), 200 - '{"log":"'.length - tail.length)}${tail}`;
  },
};

/** CRI lines whose message is an application's JSON, some 250 bytes. */
export const criJson: Kind = {
  cycle: [1, 1],
  line(n, ms, message) {
    const level = n % 20 === 0 ? 'warn' : 'info';
    const head = `{"level":"${level}","ts":"${isoTime(ms, 'Z')}","caller":"order/handler.go:${n % 400}","msg":"`;
    const tail = `","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","status":200,"duration_ms":${(n % 977) + 0.25}}\n`;
    return `${isoTime(ms, '+00:00')} stdout F ${head}${fitted(escaped(message), 70)}${tail}`;
  },
};

/** CRI lines of plain text, 200 bytes each. */
export const criText: Kind = {
  cycle: [1, 1],
  line(_n, ms, message) {
    const head = `${isoTime(ms, '+00:00')} stdout F `;
    return `${head}${fitted(message, 199 - head.length)}\n`;
  },
};

const TRACE = [
  'java.io.IOException: Connection reset by peer while reading block blk_38865049064139660',
  ...Array.from(
    { length: 8 },
    (_, i) => `\tat org.apache.hadoop.hdfs.server.datanode.BlockReceiver.receivePacket(BlockReceiver.java:${520 + i})`,
  ),
  'Caused by: java.net.SocketException: Broken pipe (Write failed)',
  ...Array.from({ length: 3 }, (_, i) => `\tat java.net.SocketOutputStream.socketWrite(SocketOutputStream.java:${i})`),
  '\t... 12 more',
];
const PLAIN = 6;

/** Docker lines: six lines of text, then a Java trace of fourteen, and so on. */
export const traces: Kind = {
  cycle: [PLAIN + TRACE.length, PLAIN + 1],
  line(n, ms, message) {
    const at = n % (PLAIN + TRACE.length);
    const text = escaped(at < PLAIN ? message : TRACE[at - PLAIN]!);
    return `{"log":"${text}\\n","stream":"stderr","time":"${isoTime(ms, 'Z')}"}\n`;
  },
};

/** The pod as the API server shows it. */
export function podObject(name: string, i: number, node: string): StubObject {
  return {
    metadata: {
      name,
      namespace: NAMESPACE,
      uid: `7a0c9d3e-0000-4000-8000-${String(i).padStart(12, '0')}`,
      labels: { app: 'feature', 'pod-template-hash': '6d4b75cb6d', component: 'taskmanager' },
    },
    spec: { nodeName: node },
    status: {
      podIP: `10.0.0.${i + 10}`,
      containerStatuses: [
        {
          name: 'main',
          image: 'registry.example.com/shop/feature:1.4.2',
          imageID: `sha256:${'ab'.repeat(32)}`,
          containerID: `docker://${containerId(i)}`,
        },
      ],
    },
  };
}
