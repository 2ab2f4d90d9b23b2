/**
 * Listening sockets of inputs: TCP, TLS, unix, UDP, HTTP(S).
 *
 * Guarantees: `listen…` resolves when the port is open and rejects when it cannot be; `close` ends connections too and may be called
 * twice. With several workers Node's cluster shares the sockets, unless `exclusive`. An error of one connection ends that connection
 * only. Nothing here keeps the process alive once it is closed.
 */
import dgram from 'node:dgram';
import dns from 'node:dns/promises';
import type http from 'node:http';
import net from 'node:net';
import tls from 'node:tls';
import { nodeHttp, nodeHttps } from './node-http.ts';

export interface Listener {
  /** The port that was opened: the given one, or the one chosen for 0. */
  readonly port: number;
  close(): Promise<void>;
}

export interface Address {
  readonly bind: string;
  readonly port: number;
}

export interface StreamOptions {
  /** Certificates and versions: makes it a TLS server. */
  readonly tls?: tls.TlsOptions | undefined;
  readonly backlog?: number | undefined;
  readonly keepAlive?: boolean;
  /** Not shared between workers. */
  readonly exclusive?: boolean;
  /** A client whose handshake failed: its connection is gone already. */
  onTlsError?(error: Error): void;
}

export async function listenStream(
  at: Address | { readonly path: string },
  options: StreamOptions,
  onConnection: (socket: net.Socket) => void,
): Promise<Listener> {
  const open = new Set<net.Socket>();
  const accept = (socket: net.Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    // Whoever uses the connection hears of its end by 'close'.
    socket.on('error', () => socket.destroy());
    if (options.keepAlive) socket.setKeepAlive(true);
    onConnection(socket);
  };
  const server =
    options.tls === undefined
      ? net.createServer(accept)
      : tls.createServer(options.tls, accept as (s: tls.TLSSocket) => void);
  server.on('tlsClientError', (error: Error) => options.onTlsError?.(error));
  const place = 'path' in at ? { path: at.path } : { host: hostOf(at.bind), port: at.port };
  await started(server, () =>
    server.listen({ ...place, backlog: options.backlog ?? 511, exclusive: options.exclusive ?? false }),
  );
  return {
    port: portOf(server.address()),
    close: () =>
      closed(server, () => {
        for (const socket of open) socket.destroy();
      }),
  };
}

export interface Datagram {
  readonly text: string;
  readonly address: string;
  readonly port: number;
  reply(bytes: Buffer): void;
}

export interface DatagramOptions {
  /** Longer datagrams are cut (bytes). */
  readonly maxBytes: number;
  readonly receiveBuffer?: number | undefined;
  readonly exclusive?: boolean;
}

export async function listenUdp(
  { bind, port }: Address,
  options: DatagramOptions,
  onMessage: (message: Datagram) => void,
): Promise<Listener> {
  const host = hostOf(bind);
  const socket = dgram.createSocket({ type: net.isIPv6(host) ? 'udp6' : 'udp4', reuseAddr: false });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address: host, port, exclusive: options.exclusive ?? false }, () => {
      socket.off('error', reject);
      resolve();
    });
  });
  socket.on('error', () => undefined);
  if (options.receiveBuffer !== undefined) socket.setRecvBufferSize(options.receiveBuffer);
  socket.on('message', (bytes, from) =>
    onMessage({
      text: bytes.toString('latin1', 0, Math.min(bytes.length, options.maxBytes)),
      address: from.address,
      port: from.port,
      reply: (answer) => socket.send(answer, from.port, from.address, () => undefined),
    }),
  );
  let open = true;
  return {
    port: socket.address().port,
    close: () =>
      new Promise((resolve) => {
        if (!open) return resolve();
        open = false;
        socket.close(() => resolve());
      }),
  };
}

export interface HttpOptions {
  readonly tls?: tls.TlsOptions | undefined;
  readonly backlog?: number | undefined;
  readonly exclusive?: boolean;
  /** Milliseconds an idle connection stays open. */
  readonly keepAliveMs?: number;
}

/** An HTTP server; what `handle` rejects with becomes a plain 500 without details. */
export async function listenHttp(
  { bind, port }: Address,
  options: HttpOptions,
  handle: (request: http.IncomingMessage, response: http.ServerResponse) => void | Promise<void>,
): Promise<Listener> {
  const onRequest = (request: http.IncomingMessage, response: http.ServerResponse) => {
    Promise.resolve()
      .then(() => handle(request, response))
      .catch(() => {
        if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
        response.end();
      });
  };
  const server =
    options.tls === undefined ? nodeHttp.createServer(onRequest) : nodeHttps.createServer(options.tls, onRequest);
  if (options.keepAliveMs !== undefined) server.keepAliveTimeout = options.keepAliveMs;
  server.on('clientError', (_error, socket) => socket.destroy());
  await started(server, () =>
    server.listen({
      host: hostOf(bind),
      port,
      backlog: options.backlog ?? 511,
      exclusive: options.exclusive ?? false,
    }),
  );
  return { port: portOf(server.address()), close: () => closed(server, () => endHttp(server)) };
}

/** Requests that are being answered get that long: a client that is cut off would send its events again. */
const ANSWER_MS = 2000;

function endHttp(server: http.Server): void {
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), ANSWER_MS).unref();
}

/** Name of an address, for `source_hostname_key`; the address where it has none. */
export async function hostNameOf(address: string): Promise<string> {
  try {
    // As Ruby asks: the system's own way, which knows /etc/hosts.
    return (await dns.lookupService(address, 0)).hostname;
  } catch {
    return address;
  }
}

/** `::ffff:10.0.0.1` is 10.0.0.1. */
export function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+\.)/, '');
}

/** Brackets belong to URLs, not to sockets. */
function hostOf(bind: string): string {
  return bind.startsWith('[') && bind.endsWith(']') ? bind.slice(1, -1) : bind;
}

function portOf(address: string | net.AddressInfo | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function started(server: net.Server, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      server.on('error', () => undefined);
      resolve();
    });
    listen();
  });
}

function closed(server: net.Server, end: () => void): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) return resolve();
    server.close(() => resolve());
    end();
  });
}
