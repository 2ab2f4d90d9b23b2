/** One HTTP request with a ready body over the net port, straight or through a proxy (absolute URLs for http, CONNECT for https). */
import type http from 'node:http';
import type https from 'node:https';
import type net from 'node:net';
import tls from 'node:tls';
import { SluiceError } from '../core/errors.ts';
import { LONGEST_TIMER, type NetPort } from '../core/ports.ts';
import { retryAfter } from '../core/retry-after.ts';
import { closeIdle } from './idle.ts';
import { nodeHttp, nodeHttps } from './node-http.ts';

export interface RequestOptions {
  readonly net: NetPort;
  readonly proxy: URL | undefined;
  readonly tls: https.AgentOptions;
  /** Milliseconds. */
  readonly openTimeout: number;
  readonly readTimeout: number;
}

export interface Answer {
  readonly status: number;
  readonly reason: string;
  /** Beginning of the body. */
  readonly text: string;
  /** Seconds. */
  readonly retryAfter: number | undefined;
}

/** Of an answer's body this much is kept, for the log. */
const SHOWN = 2000;

export class Requester {
  readonly #options: RequestOptions;
  readonly #http = new nodeHttp.Agent({ keepAlive: true });
  readonly #https: https.Agent;

  constructor(options: RequestOptions) {
    this.#options = options;
    this.#https = new nodeHttps.Agent({ ...options.tls, keepAlive: true });
  }

  /** Any status is an answer. @throws SluiceError for what the network does */
  async send(
    method: string,
    url: URL,
    headers: Record<string, string>,
    body: Buffer,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { net: port, proxy } = this.#options;
    const secure = url.protocol === 'https:';
    const path = `${url.pathname}${url.search}`;
    const common = { method, headers: { ...headers, 'content-length': String(body.length) }, signal };
    let request: http.ClientRequest;
    if (proxy === undefined)
      request = secure
        ? port.httpsRequest(url, { ...common, agent: this.#https })
        : port.httpRequest(url, { ...common, agent: this.#http });
    else if (secure) {
      const socket = await this.#tunnel(url, proxy);
      request = port.httpRequest({ ...common, path, createConnection: () => socket, setHost: false });
      request.setHeader('host', url.host);
    } else
      request = port.httpRequest({
        ...common,
        ...addressOf(proxy),
        path: url.href,
        agent: this.#http,
        headers: { ...common.headers, host: url.host, ...proxyAuth(proxy) },
      });
    return this.#answer(request, body);
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #answer(request: http.ClientRequest, body: Buffer): Promise<Answer> {
    const { openTimeout, readTimeout } = this.#options;
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => reject(new SluiceError('ERR_HTTP_REQUEST', error.message, { cause: error }));
      let timer = setTimeout(
        () => request.destroy(new Error('connecting timed out')),
        Math.min(openTimeout, LONGEST_TIMER),
      );
      const wait = () => {
        clearTimeout(timer);
        timer = setTimeout(
          () => request.destroy(new Error('the answer timed out')),
          Math.min(readTimeout, LONGEST_TIMER),
        );
      };
      request.on('socket', (socket) => {
        if (socket.connecting) socket.once('connect', wait);
        else wait();
      });
      request.on('error', (error) => {
        clearTimeout(timer);
        closeIdle(this.#http);
        closeIdle(this.#https);
        fail(error);
      });
      request.on('response', (response) => {
        let text = '';
        response.on('data', (part: Buffer) => {
          if (text.length < SHOWN) text += part.toString('utf8');
        });
        response.on('error', fail);
        response.on('end', () => {
          clearTimeout(timer);
          const { statusCode = 0, statusMessage = '' } = response;
          resolve({
            status: statusCode,
            reason: statusMessage,
            text: text.slice(0, SHOWN),
            retryAfter: retryAfter(response.headers['retry-after'], Date.now()),
          });
        });
      });
      request.end(body);
    });
  }

  /** A TLS connection to `url` through the proxy. */
  #tunnel(url: URL, proxy: URL): Promise<net.Socket> {
    const target = `${url.hostname}:${url.port === '' ? 443 : url.port}`;
    return new Promise((resolve, reject) => {
      const request = this.#options.net.httpRequest({
        ...addressOf(proxy),
        method: 'CONNECT',
        path: target,
        headers: { host: target, ...proxyAuth(proxy) },
        timeout: this.#options.openTimeout,
        agent: false,
      });
      const fail = (error: Error) => reject(new SluiceError('ERR_HTTP_PROXY', error.message, { cause: error }));
      request.on('timeout', () => request.destroy(new Error('the proxy did not answer in time')));
      request.on('error', fail);
      request.on('connect', (response, socket) => {
        if (response.statusCode !== 200) {
          socket.destroy();
          return fail(new Error(`the proxy answered ${response.statusCode}`));
        }
        const secure = tls.connect({
          ...(this.#options.tls as tls.ConnectionOptions),
          socket,
          servername: url.hostname,
        });
        secure.once('error', fail);
        secure.once('secureConnect', () => resolve(secure));
      });
      request.end();
    });
  }
}

function addressOf(url: URL): { host: string; port: number } {
  return { host: url.hostname, port: url.port === '' ? 80 : Number(url.port) };
}

function proxyAuth(proxy: URL): Record<string, string> {
  if (proxy.username === '') return {};
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
}
