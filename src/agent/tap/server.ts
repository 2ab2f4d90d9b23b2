/**
 * The socket through which `sluice tap` looks at a running agent: a client sends one line of JSON (what it wants to see), then
 * gets one line of JSON per event.
 *
 * Guarantees: only the agent's own user may connect (mode 0600); a client that reads too slowly misses events (it is told how many),
 * the pipeline never waits for it; at most MOST_CLIENTS look at once.
 */
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fromBytes } from '../../pipeline/core/value.ts';
import { compilePattern, type TagPattern } from '../../pipeline/router/pattern.ts';
import type { Stage, Taps } from '../../pipeline/router/taps.ts';
import { compileRegexp } from '../../ruby/regexp.ts';

const MOST_CLIENTS = 4;
/** Bytes that may wait for a client. */
const MOST_WAITING = 1 << 20;
const LONGEST_REQUEST = 8192;

export interface TapRequest {
  readonly pattern: string;
  /** Stages to show: emit, before, after, output; empty: emit and output. */
  readonly stages: readonly string[];
  /** Only stages of this plugin (`@id` or type); '' for any. */
  readonly plugin: string;
}

export interface TapServer {
  close(): Promise<void>;
}

export function defaultSocket(pid: number): string {
  return path.join(os.tmpdir(), `sluice-${pid}.sock`);
}

/** @throws where the socket cannot be made */
export async function startTap(taps: Taps, socket: string): Promise<TapServer> {
  fs.rmSync(socket, { force: true });
  const clients = new Set<net.Socket>();
  const server = net.createServer((client) => {
    if (clients.size >= MOST_CLIENTS) return void client.end('{"error":"too many look already"}\n');
    clients.add(client);
    client.on('close', () => clients.delete(client));
    client.on('error', () => client.destroy());
    receive(client, taps);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // The socket is made while `listen` runs: it is never there with other rights.
    const before = process.umask(0o177);
    server.listen(socket, resolve);
    process.umask(before);
  });
  server.unref();
  return {
    async close() {
      for (const client of clients) client.destroy();
      await new Promise((resolve) => server.close(resolve));
      fs.rmSync(socket, { force: true });
    },
  };
}

function receive(client: net.Socket, taps: Taps): void {
  let text = '';
  const onData = (bytes: Buffer) => {
    text += bytes.toString();
    const end = text.indexOf('\n');
    if (end < 0 && text.length < LONGEST_REQUEST) return;
    client.off('data', onData);
    client.resume();
    try {
      show(client, taps, JSON.parse(text.slice(0, end)) as TapRequest);
    } catch (error) {
      client.end(`${JSON.stringify({ error: (error as Error).message })}\n`);
    }
  };
  client.on('data', onData);
}

function show(client: net.Socket, taps: Taps, { pattern, stages, plugin }: TapRequest): void {
  const tags: TagPattern = compilePattern(pattern, (source) => compileRegexp(source, ''));
  const wanted = new Set(stages.length > 0 ? stages : ['emit', 'output']);
  const fits = (stage: Stage) => wanted.has(stage.at) && (plugin === '' || stage.plugin === plugin);
  let missed = 0;
  const stop = taps.listen((stage, stream) => {
    if (!fits(stage) || !tags.matches(stream.tag)) return;
    for (const event of stream.events) {
      if (client.writableLength > MOST_WAITING) {
        missed++;
        continue;
      }
      if (missed > 0) client.write(`${JSON.stringify({ missed })}\n`);
      missed = 0;
      const head = JSON.stringify({ ...stage, tag: stream.tag, time: event.sec + event.nsec / 1e9 });
      client.write(`${head.slice(0, -1)},"record":${fromBytes(event.toJson())}}\n`);
    }
  });
  client.on('close', stop);
  client.write('{"ready":true}\n');
}
