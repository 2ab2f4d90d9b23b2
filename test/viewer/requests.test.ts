/** Requests as no browser sends them: each gets an answer that fits, and the viewer goes on for all others. */
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Backend, startBackend } from './backend.ts';
import { type Serving, sluiceView } from './command.ts';
import { store } from './documents.ts';

const FROM = Date.parse('2026-11-23T10:00:00Z');
const LOGS = '/api/v1/jobs/feature-odd/logs';

describe('a viewer', () => {
  let backend: Backend;
  let view: Serving;

  beforeAll(async () => {
    backend = await startBackend();
    const pod = { pod: 'feature-odd-driver', container: 'driver', from: FROM, step: 1 };
    await store(backend.url, 'feature_-2026.11.23', [{ ...pod, lines: ['one', 'two'] }]);
    view = await sluiceView('--elasticsearch', backend.url);
  });
  afterAll(async () => {
    await view?.stop();
    await backend?.stop();
  });

  /** Head and body of the answer to a request as it stands. */
  async function raw(request: string): Promise<{ status: number; head: string; body: string }> {
    const socket = net.connect(Number(new URL(view.url).port), '127.0.0.1');
    socket.write(request);
    let text = '';
    socket.on('data', (part) => {
      text += part;
    });
    await new Promise((resolve) => socket.once('close', resolve));
    const [head = '', ...body] = text.split('\r\n\r\n');
    return { status: Number(head.split(' ')[1]), head: head.toLowerCase(), body: body.join('\r\n\r\n') };
  }
  const ask = (method: string, target: string, version = '1.1') =>
    raw(`${method} ${target} HTTP/${version}\r\nHost: localhost\r\nConnection: close\r\n\r\n`);

  it.each([LOGS, `${LOGS}/stream?tail=1`, '/api/v1/jobs', '/api/v1/jobs/feature-odd/stats', '/'])(
    'answers HEAD of %s without a body',
    async (target) => {
      const { status, body } = await ask('HEAD', target);
      expect([status, body]).toEqual([200, '']);
    },
  );

  it('gives a client of HTTP/1.0 the text, which knows no trailer', async () => {
    const { status, head, body } = await ask('GET', LOGS, '1.0');
    expect([status, head.includes('trailer'), body]).toEqual([200, false, 'one\ntwo\n']);
  });

  it.each([
    ['//', 404],
    ['http://[', 400],
    ['/api/v1/jobs/%ff', 400],
    ['/api/v1/jobs/%00', 404],
    ['http://localhost/api/v1/session', 200],
  ])('answers GET %s with %i', async (target, status) => {
    expect((await ask('GET', target)).status).toBe(status);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('refuses %s and says what is allowed', async (method) => {
    const { status, head } = await ask(method, '/api/v1/jobs');
    expect([status, head]).toEqual([405, expect.stringContaining('allow: get, head')]);
  });

  it.each([
    'from=9999999999999999',
    'to=99999999999w',
    'from=0001-01-01',
    'after=zzzzzzzzzzz._._._',
    'from=2026-13-45',
    '__proto__=x',
    'level=constructor',
    `q=${'x'.repeat(501)}`,
  ])('says what is wrong with %s', async (query) => {
    const answer = await fetch(`${view.url}${LOGS}?${query}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'application/problem+json']);
  });
});
