/**
 * `@type http`: events by POST; the path is the tag (`/app/log` is `app.log`).
 *
 * Guarantees: a client is answered 200 when the events are in the buffers (on disk for file buffers), 500 when they found no room; a body is never
 * larger in memory than `body_size_limit`, unpacked at most UNPACKED times that. Leaves reading bodies to records.ts, form.ts.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import zlib from 'node:zlib';
import { PluginConfigError } from '../../core/errors.ts';
import { EventStream, type LogEvent } from '../../core/event.ts';
import { fromBytes } from '../../core/value.ts';
import { type Listener, listenHttp, plainAddress } from '../../io/listen.ts';
import { checkTransport, serverTls } from '../../io/transport.ts';
import { defineInput, type InputHost } from '../../plugin.ts';
import { type Cors, corsHeaders } from './cors.ts';
import { boundaryOf, type Params, parseMultipart, parseQuery } from './form.ts';
import { BODY, compileReader, type ReadEvents } from './records.ts';
import { schema } from './schema.ts';

/** A compressed body may grow by this factor. */
const UNPACKED = 16;
const EMPTY_GIF = Buffer.from('R0lGODlhAQABAID/AP///wAAACwAAAAAAQABAAACAkQBADs=', 'base64');

type Config = Parameters<(typeof plugin)['create']>[0];

export const plugin = defineInput({
  kind: 'input',
  type: 'http',
  doc: 'Takes events over HTTP.',
  schema,
  create(config, host) {
    const { cors_allow_origins: origins } = config;
    if (config.cors_allow_credentials && (origins === undefined || origins.includes('*')))
      throw new PluginConfigError('Cannot enable cors_allow_credentials without specific origins');
    const transport = config.$sections.transport[0];
    checkTransport(transport);
    const handler = new Handler(config as Config, host, compileReader(config.$element.child('parse'), host));
    let listener: Listener | undefined;
    return {
      async start() {
        const options = {
          tls: serverTls(transport, host.ports.fs),
          backlog: config.backlog,
          keepAliveMs: config.keepalive_timeout * 1000,
        };
        listener = await listenHttp(config, options, (request, response) => handler.handle(request, response));
        host.log.debug('listening http', { bind: config.bind, port: config.port });
      },
      async stop() {
        await listener?.close();
      },
    };
  },
});

class Handler {
  readonly #config: Config;
  readonly #host: InputHost;
  readonly #read: ReadEvents;
  readonly #cors: Cors;
  readonly #custom: boolean;

  constructor(config: Config, host: InputHost, read: ReadEvents) {
    this.#config = config;
    this.#host = host;
    this.#read = read;
    this.#cors = { origins: config.cors_allow_origins, credentials: config.cors_allow_credentials };
    const type = config.$element.child('parse')?.text('@type');
    this.#custom = type !== undefined && type !== 'in_http';
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET') return end(response, 200, {}, '');
    if (request.method === 'OPTIONS') return this.#preflight(request, response);
    const cors = corsHeaders(this.#cors, request.headers.origin);
    if (cors === undefined) return end(response, 403, { connection: 'close' }, '');
    const packed = await readBody(request, this.#config.body_size_limit);
    if (packed === undefined) return end(response, 413, { connection: 'close' }, 'Too large');
    this.#host.received(packed.length);
    const body = unpack(packed, request.headers['content-encoding'], this.#config.body_size_limit * UNPACKED);
    if (body === undefined) {
      this.#host.log.warn('fails to decode payload');
      return end(response, 400, cors, '');
    }
    await this.#take(request, response, cors, body);
  }

  #preflight(request: IncomingMessage, response: ServerResponse): void {
    const { headers } = request;
    const cors = corsHeaders(this.#cors, headers.origin);
    const refused = this.#cors.origins === undefined || headers['access-control-request-method'] !== 'POST';
    if (refused || cors === undefined) return end(response, 403, { connection: 'close' }, '');
    const allowed = {
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': headers['access-control-request-headers'] ?? '',
    };
    return end(response, 200, { ...allowed, ...cors, connection: 'close' }, '');
  }

  async #take(request: IncomingMessage, response: ServerResponse, cors: Headers, body: Buffer): Promise<void> {
    const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
    let events: LogEvent[];
    try {
      events = this.#read(paramsOf(body, query, request.headers['content-type'] ?? '', this.#custom));
      for (const event of events) this.#addFields(event, request, query);
    } catch (error) {
      if (this.#config.dump_error_log) this.#host.log.error('failed to process request', { error });
      return end(response, 400, cors, `400 Bad Request\n${(error as Error).message}\n`);
    }
    try {
      if (events.length > 0) await this.#host.emit(new EventStream(tagOf(path), events));
    } catch (error) {
      if (this.#config.dump_error_log) this.#host.log.error('failed to emit data', { error });
      return end(response, 500, cors, `500 Internal Server Error\n${(error as Error).message}\n`);
    }
    if (this.#config.respond_with_empty_img)
      return end(response, 200, { ...cors, 'content-type': 'image/gif; charset=utf-8' }, EMPTY_GIF);
    if (this.#config.use_204_response) return void response.writeHead(204, cors).end();
    return end(response, 200, cors, '');
  }

  #addFields(event: LogEvent, request: IncomingMessage, query: string): void {
    const { add_http_headers: headers, add_query_params: queries, add_remote_addr: address } = this.#config;
    if (headers)
      for (const [name, value] of Object.entries(request.headers))
        event.set(`HTTP_${fieldName(name)}`, Array.isArray(value) ? value.join(', ') : (value ?? ''));
    if (queries) {
      const params: Params = new Map();
      parseQuery(query, params);
      for (const [name, value] of params) event.set(`QUERY_${fieldName(fromBytes(name))}`, fromBytes(value));
    }
    if (address) event.set('REMOTE_ADDR', remoteAddress(request));
  }
}

type Headers = Record<string, string>;

function end(response: ServerResponse, status: number, headers: Headers, body: string | Buffer): void {
  response
    .writeHead(status, { 'content-type': 'text/plain', 'content-length': String(Buffer.byteLength(body)), ...headers })
    .end(body);
}

/** Undefined for one that is too large; the rest of it is not read. */
function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    request.on('data', (part: Buffer) => {
      size += part.length;
      if (size > limit) {
        request.pause();
        resolve(undefined);
      } else parts.push(part);
    });
    request.on('end', () => resolve(Buffer.concat(parts)));
    request.on('error', reject);
    request.on('close', () => reject(new Error('the client went away')));
  });
}

/** Undefined for a body that is not what its encoding says, or too large. */
function unpack(body: Buffer, encoding: string | undefined, limit: number): Buffer | undefined {
  try {
    if (encoding === 'gzip') return zlib.gunzipSync(body, { maxOutputLength: limit });
    if (encoding === 'deflate') return zlib.inflateSync(body, { maxOutputLength: limit });
    return body;
  } catch {
    return undefined;
  }
}

function paramsOf(body: Buffer, query: string, contentType: string, custom: boolean): Params {
  const params: Params = new Map();
  parseQuery(query, params);
  const text = body.toString('latin1');
  const boundary = boundaryOf(contentType);
  if (custom) params.set(BODY, text);
  else if (contentType.startsWith('application/x-www-form-urlencoded')) parseQuery(text, params);
  else if (boundary !== undefined) parseMultipart(text, boundary, params);
  else if (contentType.startsWith('application/json')) params.set('json', text);
  else if (contentType.startsWith('application/msgpack')) params.set('msgpack', text);
  else if (contentType.startsWith('application/x-ndjson')) params.set('ndjson', text);
  return params;
}

/** `/a/b/` is `a.b`. */
function tagOf(path: string): string {
  return path.slice(1).replace(/\/+$/, '').replaceAll('/', '.');
}

function fieldName(name: string): string {
  return name.replaceAll('-', '_').toUpperCase();
}

function remoteAddress(request: IncomingMessage): string {
  const forwarded = request.headers['x-forwarded-for'];
  const first = (Array.isArray(forwarded) ? forwarded[0] : forwarded)?.split(',')[0];
  return first ?? plainAddress(request.socket.remoteAddress);
}
