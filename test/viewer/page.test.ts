import fs from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Backend, startBackend } from './backend.ts';
import { openBrowser } from './browser.ts';
import { type Serving, sluiceView } from './command.ts';
import { flinkJob, HOSTILE_LINES, store } from './documents.ts';

const axeSource = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const FROM = Date.parse('2026-11-23T10:00:00Z');
const JOB = '#/job/ml.feature-clicks';
/** The page answers to keys and clicks in its own time: states are waited for. */
const WITHIN = { timeout: 30_000 };

describe('the page', () => {
  let backend: Backend;
  let view: Serving;
  let browser: Browser;
  let page: Page;
  let errors: string[];

  beforeAll(async () => {
    backend = await startBackend();
    await store(backend.url, 'feature_-2026.11.23', [
      ...flinkJob(FROM),
      {
        namespace: 'shop',
        pod: 'feature-hostile-driver',
        container: 'driver',
        from: FROM,
        step: 10,
        lines: HOSTILE_LINES,
      },
      { namespace: 'shop', pod: 'cart-0', container: 'web', from: FROM, step: 10, lines: ['a pod of no job'] },
      {
        namespace: 'shop',
        pod: 'feature-old-driver',
        container: 'driver',
        from: FROM,
        step: 0,
        lines: ['one', 'two'],
        isUnordered: true,
      },
    ]);
    view = await sluiceView('--elasticsearch', backend.url);
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await view?.stop();
    await backend?.stop();
  });

  beforeEach(async () => {
    errors = [];
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      colorScheme: 'dark',
      timezoneId: 'Asia/Shanghai',
      acceptDownloads: true,
    });
    page = await context.newPage();
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  });

  afterEach(async () => {
    await page.context().close();
    expect(errors).toEqual([]);
  });

  const state = () => page.locator('#state').textContent();
  const rows = () => page.locator('.row .text').allTextContents();
  const open = async (hash: string) => {
    await page.goto(`${view.url}/${hash}`);
    await page.waitForFunction(() => / lines(?! …)/.test(document.querySelector('#state')?.textContent ?? ''));
  };

  it('lists jobs with roles, lines and errors, finds them, and opens one with the keyboard', async () => {
    await page.goto(view.url);
    await page.waitForSelector('.job-list a');
    await expect
      .poll(() => page.locator('.job-name').allTextContents(), WITHIN)
      .toEqual(expect.arrayContaining([expect.stringContaining('feature-clicks'), expect.stringContaining('cart-0')]));
    await page.keyboard.press('/');
    await page.keyboard.type('clicks taskmanager');
    await page.waitForFunction(() => document.querySelectorAll('.job-list a').length === 1);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role="tab"]');
    await expect
      .poll(() => page.locator('[role="tab"]').allTextContents(), WITHIN)
      .toEqual([
        expect.stringMatching(/^Driver/),
        expect.stringMatching(/^JobManager/),
        expect.stringMatching(/^TaskManagers/),
        expect.stringMatching(/^All/),
      ]);
  });

  it('tabs, attempts and pods choose containers, the dead one too', async () => {
    await open(JOB);
    await expect.poll(() => page.locator('.foot .end').textContent(), WITHIN).toBe('4 containers');
    await page.keyboard.press('3');
    await page.waitForFunction(() => /540 lines/.test(document.querySelector('#state')?.textContent ?? ''));
    await page.selectOption('select[aria-label="Attempt"]', '1');
    await page.waitForFunction(() => /310 lines/.test(document.querySelector('#state')?.textContent ?? ''));
    expect(page.url()).toContain('tab=taskmanager&attempt=1');
    await page.selectOption('select[aria-label="Attempt"]', '');
    await page.waitForFunction(() => /540 lines/.test(document.querySelector('#state')?.textContent ?? ''));
    const pods = await page.locator('select[aria-label="Pod"] option').allTextContents();
    expect(pods).toEqual(['All 2 pods', 'feature-clicks-taskmanager-1-1', 'feature-clicks-taskmanager-2-1']);
  });

  it('finds words and expressions, counts them, and steps with n and N', async () => {
    await open(`${JOB}?tab=jobmanager`);
    await page.keyboard.press('/');
    await page.keyboard.type('switched failed');
    await page.waitForFunction(() => document.querySelector('#matches')?.textContent === '1');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.row.now mark');
    await expect.poll(() => page.locator('.row.now mark').allTextContents(), WITHIN).toEqual(['switched', 'FAILED']);
    await page.fill('#find', '/checkpoint 4\\d\\b/');
    await page.waitForFunction(() => document.querySelector('#matches')?.textContent?.endsWith('18') === true);
    await page.locator('.log').focus();
    await page.keyboard.press('g');
    await page.keyboard.press('n');
    await page.waitForFunction(
      () => document.querySelector('.row.now .text')?.textContent?.includes('checkpoint 41 ') === true,
    );
    const first = await page.locator('.row.now .text').textContent();
    await page.keyboard.press('n');
    await page.waitForFunction((text) => document.querySelector('.row.now .text')?.textContent !== text, first);
    await page.keyboard.press('N');
    await page.waitForFunction((text) => document.querySelector('.row.now .text')?.textContent === text, first);
    await page.fill('#find', '/(/');
    await page.waitForFunction(() => document.querySelector('#matches')?.textContent === 'not a regex');
  });

  it('folds stack traces with their cause shown, and opens them', async () => {
    await open(`${JOB}?tab=jobmanager`);
    await page.keyboard.press('e');
    const fold = page.locator('.row.now .fold');
    await page.waitForFunction(() => document.querySelector('.row.now .fold') !== null);
    expect(await fold.textContent()).toBe('▸ 7 lines · Caused by: java.io.IOException: Connection reset by peer');
    expect((await rows()).some((text) => text.includes('HeartbeatMonitorImpl'))).toBe(false);
    await page.keyboard.press('o');
    await page.waitForFunction(
      () => document.querySelector('.log')?.textContent?.includes('HeartbeatMonitorImpl') === true,
    );
    await page.keyboard.press('o');
    await page.waitForFunction(
      () => document.querySelector('.log')?.textContent?.includes('HeartbeatMonitorImpl') === false,
    );
  });

  it('filters by level and zooms in the histogram by dragging', async () => {
    await open(JOB);
    const all = (await state())!;
    await page.locator('.levels .l-info').click();
    await page.waitForFunction((text) => document.querySelector('#state')?.textContent !== text, all);
    await expect.poll(async () => (await rows()).some((text) => / INFO /.test(text)), WITHIN).toBe(false);
    await page.locator('.levels .l-info').click();
    await page.waitForFunction((text) => document.querySelector('#state')?.textContent === text, all);
    const box = (await page.locator('.histogram').boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.5, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 40, { steps: 4 });
    await page.mouse.up();
    await page.waitForSelector('.histogram button:not([hidden])');
    const firstTime = () => page.locator('.row .time').first().textContent();
    const isZoomed = (time: string | null) => time !== null && time >= '10:00:45' && time <= '10:01:05';
    await expect.poll(async () => isZoomed(await firstTime()), WITHIN).toBe(true);
    await page.keyboard.press('0');
    await page.waitForFunction(
      () => document.querySelector('.row .time')?.textContent?.startsWith('10:00:00') === true,
    );
  });

  it('a link leads to its line', async () => {
    await open(`${JOB}?tab=driver`);
    await page.keyboard.press('g');
    for (let i = 0; i < 7; i++) await page.keyboard.press('j');
    await page.waitForFunction(() => document.querySelector('.row.now') !== null);
    const text = await page.locator('.row.now .text').textContent();
    const address = page.url();
    expect(address).toContain('line=');
    await page.goto('about:blank');
    await page.goto(address);
    await page.waitForSelector('.row.now');
    await expect.poll(() => page.locator('.row.now .text').textContent(), WITHIN).toBe(text);
  });

  it('ANSI colours are shown, and the time is UTC or local', async () => {
    await open(`${JOB}?tab=driver`);
    await expect.poll(() => page.locator('.row .f6').first().textContent(), WITHIN).toBe('INFO');
    const utc = await page.locator('.row .time').first().textContent();
    await page.keyboard.press('u');
    await page.waitForFunction((text) => document.querySelector('.row .time')?.textContent !== text, utc);
    expect([utc, await page.locator('.row .time').first().textContent()]).toEqual(['10:00:00.000', '18:00:00.000']);
  });

  it('wraps long lines, switches the theme and lists its keys', async () => {
    await open(`${JOB}?tab=jobmanager`);
    await page.keyboard.press('w');
    await expect.poll(() => page.locator('.log.wrap').count(), WITHIN).toBe(1);
    await page.keyboard.press('w');
    const theme = await page.locator('html').getAttribute('data-theme');
    await page.keyboard.press('t');
    await expect.poll(() => page.locator('html').getAttribute('data-theme'), WITHIN).not.toBe(theme);
    await page.keyboard.press('?');
    await expect.poll(() => page.locator('dialog[open] kbd').count(), WITHIN).toBeGreaterThan(20);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('dialog[open]').count(), WITHIN).toBe(0);
  });

  it('hostile lines are text and nothing else', async () => {
    await open('#/job/shop.feature-hostile');
    const texts = await rows();
    expect(texts[0]).toBe(HOSTILE_LINES[0]);
    expect(texts[1]).toBe('red and  and  cleared');
    expect(texts[2]).toBe('invoiceU+202Egnp.exe and U+2066isolated');
    expect(texts[3]!.length).toBe(5000);
    await expect.poll(() => page.locator('.row .whole').textContent(), WITHIN).toMatch(/1.048.589 characters/);
    await page.locator('.row .whole').click();
    expect((await page.locator('dialog pre').textContent())!.length).toBe(HOSTILE_LINES[3]!.length);
    await page.keyboard.press('Escape');
    expect(texts.at(-1)).toBe('after the hostile ones');
    await expect.poll(() => page.title(), WITHIN).toBe('feature-hostile · sluice');
    await expect.poll(() => page.locator('.row script, .row img').count(), WITHIN).toBe(0);
  });

  it('copies and downloads', async () => {
    await open('#/job/shop.cart-0');
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('d')]);
    expect(download.suggestedFilename()).toMatch(/^shop\.cart-0-\d{4}-\d\d-\d\dT\d{6}\.log\.gz$/);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.keyboard.press('j');
    await page.keyboard.press('c');
    await page.waitForSelector('#toast.on');
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText()), WITHIN).toBe('a pod of no job');
  });

  it('follows lines as they come, pauses when scrolled up, and goes on', async () => {
    const now = Date.now();
    const pod = { namespace: 'shop', pod: 'feature-live-driver', container: 'driver', step: 1 };
    const some = (what: string, count: number) => Array.from({ length: count }, (_, i) => `${what} ${i}`);
    await store(backend.url, 'feature_-2026.11.24', [{ ...pod, from: now - 5000, lines: some('first', 100) }]);
    await open('#/job/shop.feature-live');
    await page.waitForFunction(() => document.querySelector('#following')?.textContent === 'following');
    await store(backend.url, 'feature_-2026.11.24', [{ ...pod, from: now - 3000, lines: some('second', 50) }]);
    await page.waitForFunction(() => document.querySelector('.log')?.textContent?.includes('second 49') === true);
    await page.locator('.log').evaluate((log) => {
      log.scrollTop = 0;
    });
    await page.waitForFunction(() => document.querySelector('#following')?.textContent === 'paused');
    await store(backend.url, 'feature_-2026.11.24', [{ ...pod, from: now - 1000, lines: some('third', 30) }]);
    await page.waitForFunction(() => document.querySelector('.new-lines')?.textContent === '↓ 30 new lines');
    await page.locator('.new-lines').click();
    await page.waitForFunction(() => document.querySelector('.log')?.textContent?.includes('third 29') === true);
    expect(await state()).toBe('180 lines');
  });

  it('says what it does not know and what is not there', async () => {
    await open('#/job/shop.feature-old');
    await expect
      .poll(() => page.locator('.banner').textContent(), WITHIN)
      .toContain('The order of lines with the same timestamp is not known for 2 lines');
    await page.goto(`${view.url}/#/?search=nosuchjob`);
    await page.waitForSelector('.state h2');
    await expect.poll(() => page.locator('.state h2').textContent(), WITHIN).toBe('No job fits');
    for (const name of ['%', '%3Cimg%20src=x%3E']) {
      await page.goto(`${view.url}/#/job/${name}`);
      await expect.poll(() => page.locator('.state h2').textContent(), WITHIN).toBe('Not found');
    }
    // The browser tells of each answer that is an error.
    errors = errors.filter((error) => !error.includes('status of 404'));
  });

  it('follows lines that share a millisecond and have no known order, each of them', async () => {
    const lines = (texts: string[]) => {
      const pod = { pod: 'feature-same-driver', container: 'driver', from: Date.now(), step: 0, isUnordered: true };
      return store(backend.url, 'feature_-2026.11.23', [{ ...pod, lines: texts }]);
    };
    await lines(['one', 'two', 'three']);
    await open('#/job/ml.feature-same');
    const texts = () => page.locator('.row .text').allTextContents();
    await expect.poll(texts, WITHIN).toEqual(['one', 'two', 'three']);
    await lines(['four', 'five', 'six']);
    await expect.poll(texts, WITHIN).toEqual(['one', 'two', 'three', 'four', 'five', 'six']);
  });

  it('is usable at 380 pixels: nothing is wider than the screen', async () => {
    await page.setViewportSize({ width: 380, height: 720 });
    await page.goto(view.url);
    await page.waitForSelector('.job-list a');
    const isWide = () => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    expect(await isWide()).toBe(false);
    await open(JOB);
    expect(await isWide()).toBe(false);
    expect((await page.locator('.log').boundingBox())!.height).toBeGreaterThan(300);
  });

  it.each([
    ['dark', 1280],
    ['light', 1280],
    ['light', 380],
  ] as const)('axe finds nothing wrong in %s at %i pixels', async (colorScheme, width) => {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    // The tool itself needs what the page's own policy forbids.
    const check = async () => {
      await page.evaluate(axeSource);
      const found = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }> };
        };
        return (await axe.run()).violations;
      });
      expect(found.map(({ id, nodes }) => `${id}: ${nodes[0]!.html} ${nodes[0]!.failureSummary}`)).toEqual([]);
    };
    await page.goto(view.url);
    await page.waitForSelector('.job-list a');
    await check();
    await open(JOB);
    await page.keyboard.press('e');
    await page.waitForSelector('.row.now');
    await page.waitForSelector('.troubles button');
    await check();
    await page.keyboard.press('?');
    await check();
  });
});

it('without an index, and without a cluster, the page says why and what to check', async () => {
  const backend = await startBackend();
  const view = await sluiceView('--elasticsearch', backend.url, '--prefix', 'nothing_');
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(view.url);
    await page.waitForSelector('.state h2');
    await expect
      .poll(() => page.locator('.state').textContent(), WITHIN)
      .toContain('There are no logs yetNo index has a name like nothing_*.');
    await backend.stop();
    await page.reload();
    await page.waitForFunction(
      () => document.querySelector('.state h2')?.textContent === 'The cluster does not answer',
    );
    await expect.poll(() => page.locator('.state li').count(), WITHIN).toBe(2);
  } finally {
    await browser.close();
    await view.stop();
    await backend.stop();
  }
});
