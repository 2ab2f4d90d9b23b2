/** What the page says while the cluster is slow, away, or gives less than all. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Backend, startBackend } from './backend.ts';
import { openBrowser } from './browser.ts';
import { type Serving, sluiceView } from './command.ts';
import { store } from './documents.ts';

const WITHIN = { timeout: 30_000 };
const INDEX = 'feature_-2026.11.23';
const pod = { namespace: 'shop', pod: 'feature-live-driver', container: 'driver', step: 1 };
const some = (what: string, count: number) => Array.from({ length: count }, (_, i) => `${what} ${i}`);

describe('the page says', () => {
  let backend: Backend;
  let cluster: Awaited<ReturnType<typeof moodyProxy>>;
  let view: Serving;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
  });
  beforeEach(async () => {
    backend = await startBackend();
    cluster = await moodyProxy(backend.url);
    view = await sluiceView('--elasticsearch', cluster.url);
    page = await browser.newPage();
  });
  afterEach(async () => {
    await page?.close();
    await view?.stop();
    cluster?.close();
    await backend?.stop();
  });

  const heading = () => page.locator('.state h2').textContent();
  const following = () => page.locator('#following').textContent();

  it('what it waits for, while the cluster has not answered', async () => {
    await store(backend.url, INDEX, [{ ...pod, from: Date.now() - 3_600_000, lines: some('old', 3) }]);
    cluster.mood = 'slow';
    await page.goto(view.url);
    await expect.poll(() => page.locator('.state[role="status"]').textContent(), WITHIN).toBe('Asking the cluster …');
    cluster.mood = 'well';
    await page.waitForSelector('.job-list a');
    cluster.mood = 'slow';
    await page.locator('.job-list a').click();
    await expect.poll(() => page.locator('.state[role="status"]').textContent(), WITHIN).toBe('Opening the job …');
    cluster.mood = 'well';
    await expect.poll(() => page.locator('#state').textContent(), WITHIN).toBe('3 lines');
  });

  it('that the cluster is away as soon as it is, also where there were no logs before, and shows them when it is back', async () => {
    await page.goto(view.url);
    await expect.poll(heading, WITHIN).toBe('There are no logs yet');
    cluster.mood = 'away';
    await page.reload();
    await expect.poll(heading, WITHIN).not.toBe(null);
    expect(await heading()).toBe('The cluster does not answer');
    await store(backend.url, INDEX, [{ ...pod, from: Date.now() - 3_600_000, lines: some('late', 3) }]);
    cluster.mood = 'well';
    await page.getByText('Try again').click();
    await expect.poll(() => page.locator('.job-name').textContent(), WITHIN).toContain('feature-live');
  });

  it('that lines are missing where shards failed', async () => {
    await store(backend.url, INDEX, [{ ...pod, from: Date.now() - 3_600_000, lines: some('old', 300) }]);
    cluster.mood = 'half';
    await page.goto(`${view.url}/#/job/shop.feature-live`);
    await expect
      .poll(() => page.locator('.banner.bad[role="alert"]').textContent(), WITHIN)
      .toBe('Incomplete: 1 shards failed (disk gone).');
    await expect.poll(() => page.locator('.foot').textContent(), WITHIN).toMatch(/^300 linescut/);
  });

  it('that following waits while the cluster is away, and goes on by itself without gap or repeat', async () => {
    const now = Date.now();
    await store(backend.url, INDEX, [{ ...pod, from: now - 5000, lines: some('first', 20) }]);
    await page.goto(`${view.url}/#/job/shop.feature-live`);
    await expect.poll(following, WITHIN).toBe('following');
    cluster.mood = 'away';
    await expect.poll(following, WITHIN).toBe('waiting for the cluster');
    await expect.poll(() => page.locator('.banner').textContent(), WITHIN).toMatch(/^Following waits: .* by itself\.$/);
    await store(backend.url, INDEX, [{ ...pod, from: now - 3000, lines: some('second', 20) }]);
    cluster.mood = 'well';
    await expect.poll(following, WITHIN).toBe('following');
    const lines = () => page.locator('.row .text').allTextContents();
    await expect
      .poll(async () => (await lines()).join(), WITHIN)
      .toBe([...some('first', 20), ...some('second', 20)].slice(-(await lines()).length).join());
    await expect.poll(() => page.locator('#state').textContent(), WITHIN).toBe('40 lines');
    await expect.poll(() => page.locator('.banner').isVisible(), WITHIN).toBe(false);
  });
});

type Mood = 'well' | 'slow' | 'away' | 'half';

/** Hands on requests as the cluster's mood is: at once, when it is well again, not at all, or with a shard less. */
async function moodyProxy(target: string) {
  let mood: Mood = 'well';
  let waiting: (() => void)[] = [];
  const { hostname, port } = new URL(target);
  const server = http.createServer((request, response) => {
    const { url, method, headers } = request;
    const forward = () => {
      const onward = http.request({ hostname, port, path: url, method, headers }, (answer) => {
        void respond(answer, response);
      });
      onward.once('error', () => response.destroy());
      request.pipe(onward);
    };
    if (mood === 'away') request.socket.destroy();
    else if (mood === 'slow') waiting.push(forward);
    else forward();
  });
  async function respond(answer: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of answer as AsyncIterable<Buffer>) parts.push(part);
    let body = Buffer.concat(parts).toString('utf8');
    const failures = '"failed":1,"failures":[{"reason":{"reason":"disk gone"}}]';
    if (mood === 'half' && body.includes('"hits"')) body = body.replace('"failed":0', failures);
    response.writeHead(answer.statusCode ?? 500, { 'content-type': 'application/json' });
    response.end(body);
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    set mood(value: Mood) {
      mood = value;
      if (value === 'away') server.closeAllConnections();
      if (value !== 'well') return;
      for (const go of waiting) go();
      waiting = [];
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
