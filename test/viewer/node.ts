/** A node in miniature for the viewer's tests: container logs as a runtime writes them, the real agent, and a cluster that loses answers. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export const root = path.join(import.meta.dirname, '..', '..');
const CUT_AT = 16 * 1024;

export interface Container {
  readonly pod: string;
  readonly container: string;
  readonly runtime: 'docker' | 'cri';
}

export class MiniNode {
  readonly dir = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-viewer-'));
  readonly #logs = path.join(this.dir, 'var', 'log', 'containers');
  readonly #config: string;
  /** What each container wrote, by pod. */
  readonly written = new Map<string, string>();
  #agent: { stop(): Promise<void> } | undefined;
  #generation = 0;

  constructor(url: string, prefix: string, output = 'stable_ids true\n  store_order true') {
    fs.mkdirSync(this.#logs, { recursive: true });
    const { hostname, port } = new URL(url);
    const source = (runtime: string, parse: string) => `<source>
  @type tail
  path ${this.#logs}/*-${runtime}-*.log
  pos_file ${this.dir}/${runtime}.pos
  tag "kubernetes.*"
  read_from_head true
  refresh_interval 1
  <parse>
${parse}
  </parse>
</source>`;
    this.#config = path.join(this.dir, 'fluent.conf');
    fs.writeFileSync(
      this.#config,
      `${source('docker', '    @type json\n    time_format %Y-%m-%dT%H:%M:%S.%NZ')}
${source('cri', '    @type cri')}
<filter kubernetes.**>
  @type kubernetes_metadata
</filter>
<match kubernetes.**>
  @type elasticsearch
  host ${hostname}
  port ${port}
  logstash_format true
  logstash_prefix ${prefix}
  ${output}
  <buffer>
    @type file
    path ${this.dir}/buffer
    flush_mode interval
    flush_interval 0.3s
    flush_thread_count 2
    flush_at_shutdown true
    retry_wait 0.2
    retry_max_interval 1
    chunk_limit_size 2M
  </buffer>
</match>
`,
    );
  }

  #file({ pod, container, runtime }: Container): string {
    return path.join(this.#logs, `${pod}_ml_${container}-${runtime}-${'a'.repeat(64)}.log`);
  }

  /** Appends what the container wrote at a time, as its runtime would. `nanos` within the second. */
  write(container: Container, text: string, sec: number, nanos: number): void {
    const time = `${new Date(sec * 1000).toISOString().slice(0, 19)}.${String(nanos).padStart(9, '0')}Z`;
    this.written.set(container.pod, (this.written.get(container.pod) ?? '') + text);
    const out: string[] = [];
    for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
      const ends = line.endsWith('\n');
      const body = ends ? line.slice(0, -1) : line;
      const pieces: string[] = [];
      for (let at = 0; at < body.length || at === 0; at += CUT_AT) pieces.push(body.slice(at, at + CUT_AT));
      pieces.forEach((piece, i) => {
        const isLast = i === pieces.length - 1;
        if (container.runtime === 'cri') out.push(`${time} stdout ${isLast ? 'F' : 'P'} ${piece}\n`);
        else out.push(`${JSON.stringify({ log: isLast && ends ? `${piece}\n` : piece, stream: 'stdout', time })}\n`);
      });
    }
    fs.appendFileSync(this.#file(container), out.join(''));
  }

  /** As a runtime rotates: the old file gets another name, a new one takes its place. */
  rotate(container: Container): void {
    const file = this.#file(container);
    fs.renameSync(file, path.join(this.dir, `${path.basename(file)}.${++this.#generation}`));
    fs.writeFileSync(file, '');
  }

  async startAgent(): Promise<void> {
    const child = spawn(path.join(root, 'bin', 'sluice'), ['-c', this.#config, '--no-metrics'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, K8S_NODE_NAME: '', KUBERNETES_SERVICE_HOST: '' },
    });
    let log = '';
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await new Promise<void>((resolve, reject) => {
      const read = (part: Buffer) => {
        log += part;
        if (log.includes('fluentd worker is now running')) resolve();
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      void ended.then(() => reject(new Error(`the agent ended:\n${log.slice(-3000)}`)));
    });
    this.#agent = {
      async stop() {
        child.kill('SIGTERM');
        await ended;
      },
    };
  }

  async stopAgent(): Promise<void> {
    await this.#agent?.stop();
    this.#agent = undefined;
  }

  async close(): Promise<void> {
    await this.stopAgent();
    fs.rmSync(this.dir, { recursive: true, force: true });
  }
}

export async function until(
  what: string,
  check: () => Promise<boolean> | boolean,
  milliseconds = 90_000,
): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`this did not come: ${what}`);
    await delay(150);
  }
}

export async function documents(url: string, prefix: string): Promise<number> {
  await fetch(`${url}/${prefix}*/_refresh`, { method: 'POST' });
  const answer = await fetch(`${url}/${prefix}*/_count`);
  return ((await answer.json()) as { count?: number }).count ?? 0;
}

/** Hands on every request, and loses each third answer to a bulk request on the way back; `refusesPits`: points in time are refused. */
export async function lossyProxy(
  target: string,
  refusesPits = false,
): Promise<{ url: string; lost(): number; close(): void }> {
  let bulks = 0;
  let lost = 0;
  const server = http.createServer((request, response) => {
    const { hostname, port } = new URL(target);
    if (refusesPits && request.url?.includes('_pit') === true) {
      request.resume();
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end('{"error":"no handler found"}');
      return;
    }
    const forward = http.request(
      { hostname, port, path: request.url, method: request.method, headers: request.headers },
      (answer) => {
        if (request.url?.includes('_bulk') && ++bulks % 3 === 0) {
          lost++;
          answer.resume();
          answer.once('end', () => request.socket.destroy());
          return;
        }
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      },
    );
    forward.once('error', () => response.destroy());
    request.pipe(forward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lost: () => lost,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
