/** Ships records through the real output with its buffer to a real node, and reads back what the node holds. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Hash } from '../../src/pipeline/core/value.ts';
import { type Rig, rig } from '../plugins/rig.ts';

/** Retries come at once: it is their outcome that is looked at. */
const BUFFER = `@type memory
flush_mode immediate
flush_at_shutdown false
flush_thread_interval 0.05
retry_wait 0.05
retry_max_interval 0.2
retry_forever true`;

export interface Shipping {
  readonly rig: Rig;
  ship(records: readonly Hash[]): Promise<void>;
  /** Resolves when the buffer holds nothing more: every record is in the cluster or refused. */
  settled(): Promise<void>;
}

/** A request that is sent again only since the machine is slow could double its documents: it gets time. `params` of the output, `buffer`: parameters that replace those above. */
export async function shipping(port: number, params: string, buffer = '', type = 'elasticsearch'): Promise<Shipping> {
  const replaced = new Set(buffer.split('\n').map((line) => line.trim().split(' ')[0]));
  const base = BUFFER.split('\n').filter((line) => !replaced.has(line.split(' ')[0]));
  const one = await rig(`<match **>
@type ${type}
host 127.0.0.1
port ${port}
log_es_400_reason true
request_timeout 60s
${params}
<buffer tag>
${[...base, buffer].join('\n')}
</buffer>
</match>`);
  const output = one.graph.instances.find(({ category }) => category === 'output')!;
  return {
    rig: one,
    ship: (records) => one.emit('test.tag', records),
    async settled() {
      for (const end = Date.now() + 90_000; Date.now() < end; await delay(20)) {
        const { buffer_queue_length: queued, buffer_stage_length: staged } = output.stats();
        if (queued === 0 && staged === 0) return;
      }
      throw new Error(`the buffer does not get empty\n${one.logs.slice(-10).join('\n')}`);
    },
  };
}

/** A request of the test itself, not through the output; a list is lines of JSON. */
export async function ask(url: string, method: string, path: string, body?: unknown): Promise<Hash> {
  const lines = Array.isArray(body) ? body.map((line) => `${JSON.stringify(line)}\n`).join('') : JSON.stringify(body);
  const text = body === undefined ? {} : { body: lines };
  const type = path.includes('_bulk') ? 'application/x-ndjson' : 'application/json';
  const answer = await fetch(url + path, { method, headers: { 'content-type': type }, ...text });
  const json = (await answer.json()) as Hash;
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(json)}`);
  return json;
}

export interface Hit {
  readonly _index: string;
  readonly _id: string;
  readonly _type?: string;
  readonly _source: Hash;
}

/** Every document of an index pattern, in the order of its field `n`. */
export async function documents(url: string, index: string): Promise<Hit[]> {
  await ask(url, 'POST', `/${index}/_refresh`);
  const query = { size: 5000, query: { match_all: {} } };
  const { hits } = (await ask(url, 'POST', `/${index}/_search`, query)) as unknown as { hits: { hits: Hit[] } };
  return hits.hits.sort((a, b) => Number(a._source['n']) - Number(b._source['n']));
}

/** Values of `n`: one that is there twice was indexed twice. */
export async function numbers(url: string, index: string): Promise<unknown[]> {
  return (await documents(url, index)).map(({ _source }) => _source['n']);
}

/** Records numbered from `from`. */
export function numbered(count: number, from = 0, more: Hash = {}): Hash[] {
  return Array.from({ length: count }, (_, i) => ({ n: from + i, ...more }));
}

export function range(count: number, from = 0): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}
