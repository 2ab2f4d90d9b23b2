/** Outgoing connections: TCP and TLS, with time limits. */
import dns from 'node:dns/promises';
import net from 'node:net';
import tls from 'node:tls';
import { LONGEST_TIMER, type NetPort } from '../core/ports.ts';

export interface ConnectOptions {
  readonly net: NetPort;
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  readonly tls?: ClientTls | undefined;
  /** Any address of the name instead of the first. */
  readonly anyAddress?: boolean;
}

export interface ClientTls {
  readonly context: tls.SecureContextOptions;
  /** Name that the certificate must have. */
  readonly serverName: string | undefined;
  readonly verifyHostname: boolean;
  readonly allowSelfSigned: boolean;
  /** Check nothing. */
  readonly insecure: boolean;
}

const SELF_SIGNED = ['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN'];

/** Resolves when the connection is usable: for TLS, when the certificate was found good. */
export async function connectTo(options: ConnectOptions): Promise<net.Socket> {
  const host = options.anyAddress ? await anyAddress(options.host) : options.host;
  const { net: ways, port, tls: secure } = options;
  const socket = secure === undefined ? ways.connect({ host, port }) : ways.connectTls(tlsOptions(host, port, secure));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => fail(new Error(`connecting to ${options.host}:${port} timed out`)),
      Math.min(options.timeoutMs, LONGEST_TIMER),
    );
    const fail = (error: Error) => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    socket.once('error', fail);
    socket.once(secure === undefined ? 'connect' : 'secureConnect', () => {
      const problem = secure === undefined ? undefined : certificateProblem(socket as tls.TLSSocket, secure);
      if (problem !== undefined) return fail(problem);
      clearTimeout(timer);
      socket.off('error', fail);
      // Whoever uses the socket hears of its end by its own listeners; an error without one must not end the agent.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

function tlsOptions(host: string, port: number, secure: ClientTls): tls.ConnectionOptions {
  const name = secure.serverName ?? (net.isIP(host) ? undefined : host);
  return {
    ...secure.context,
    host,
    port,
    // Judged below, where exceptions can be told apart.
    rejectUnauthorized: false,
    ...(name === undefined || net.isIP(name) ? {} : { servername: name }),
  };
}

function certificateProblem(socket: tls.TLSSocket, secure: ClientTls): Error | undefined {
  if (secure.insecure) return undefined;
  const { authorizationError: problem } = socket;
  const code = typeof problem === 'string' ? problem : (problem as NodeJS.ErrnoException | null)?.code;
  const wrongName = code === 'ERR_TLS_CERT_ALTNAME_INVALID';
  const tolerated = (secure.allowSelfSigned && SELF_SIGNED.includes(code ?? '')) || wrongName;
  if (code !== undefined && code !== null && !tolerated)
    return new Error(`the server's certificate is not good: ${code}`);
  if (!secure.verifyHostname || secure.serverName === undefined) return undefined;
  return tls.checkServerIdentity(secure.serverName, socket.getPeerCertificate());
}

async function anyAddress(host: string): Promise<string> {
  const all = await dns.lookup(host, { all: true });
  return all[Math.floor(Math.random() * all.length)]?.address ?? host;
}
