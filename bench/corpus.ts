/** Corpora made of the bundled real lines: docker json-file lines of one length, spread over pods. */
import fs from 'node:fs';
import path from 'node:path';
import type { StubObject } from '../test/kubernetes/stub.ts';

const SAMPLES = path.join(import.meta.dirname, '..', 'demo', 'samples');
/** Lines that share one string before it is written. */
const BATCH = 5000;

export interface Corpus {
  readonly pods: readonly string[];
  readonly files: readonly string[];
  readonly lines: number;
  readonly bytes: number;
}

export const NAMESPACE = 'shop';
const containerId = (pod: number) => (pod + 10).toString(16).padStart(2, '0').repeat(32);

/** Writes `lines` docker lines of `length` bytes each, line end included, over `pods` files in `folder`. */
export function dockerCorpus(folder: string, lines: number, length: number, pods: number): Corpus {
  const samples = sampleLines();
  fs.mkdirSync(folder, { recursive: true });
  const names = Array.from({ length: pods }, (_, i) => `feature-${i}`);
  const files = names.map((pod, i) => path.join(folder, `${pod}_${NAMESPACE}_main-${containerId(i)}.log`));
  const start = Date.parse('2026-11-23T08:00:00Z');
  let made = 0;
  for (const [i, file] of files.entries()) {
    const fd = fs.openSync(file, 'w');
    const own = Math.floor(lines / pods) + (i < lines % pods ? 1 : 0);
    for (let done = 0; done < own; done += BATCH) {
      let text = '';
      for (let n = done; n < Math.min(own, done + BATCH); n++, made++)
        text += dockerLine(samples[(n * 7 + i * 211) % samples.length]!, start + made, length);
      fs.writeSync(fd, text);
    }
    fs.closeSync(fd);
  }
  return { pods: names, files, lines, bytes: lines * length };
}

/** ASCII lines only, so that characters are bytes. */
function sampleLines(): string[] {
  return fs
    .readdirSync(SAMPLES)
    .filter((name) => name.endsWith('.log'))
    .sort()
    .flatMap((name) => fs.readFileSync(path.join(SAMPLES, name), 'utf8').split('\n'))
    .filter((line) => line.length > 20 && /^[\x20-\x7e]+$/.test(line));
}

function dockerLine(message: string, ms: number, length: number): string {
  const time = new Date(ms).toISOString().replace('Z', '123456Z');
  const tail = `\\n","stream":"stdout","time":"${time}"}\n`;
  const room = length - '{"log":"'.length - tail.length;
  let body = JSON.stringify(message).slice(1, -1);
  while (body.length < room) body += ` ${body}`;
  // A cut must not leave half an escape behind.
  body = body.slice(0, room).replace(/\\+$/, (slashes) => '.'.repeat(slashes.length));
  return `{"log":"${body}${tail}`;
}

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
