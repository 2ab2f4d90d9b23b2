/** The page with many lines: 60 000 of them in `npm test`, a million with `SLUICE_VIEWER_LINES=1000000` (`npm run e2e`). */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Backend, startBackend } from './backend.ts';
import { openBrowser } from './browser.ts';
import { type Serving, sluiceView } from './command.ts';
import { store } from './documents.ts';

const LINES = Number(process.env['SLUICE_VIEWER_LINES'] ?? 60_000);
const FROM = Date.parse('2026-11-23T10:00:00Z');
const NEEDLE = Math.floor(LINES * 0.7);
/** A million lines take a browser a while on two cores. */
const LONG = 500_000;
const WITHIN = { timeout: LONG };
const text = (i: number) =>
  `10:00:00 ${i % 1000 === 999 ? 'ERROR' : 'INFO '} line ${i}${i === NEEDLE ? ' needle' : ''}`;

describe(`a page of ${LINES} lines`, { timeout: 2 * LONG }, () => {
  let backend: Backend;
  let view: Serving;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    backend = await startBackend();
    for (let at = 0; at < LINES; at += 50_000) {
      const lines = Array.from({ length: Math.min(50_000, LINES - at) }, (_, i) => text(at + i));
      const pod = { pod: 'feature-big-driver', container: 'driver', from: FROM + at, step: 1 };
      await store(backend.url, 'feature_-2026.11.23', [{ ...pod, lines }]);
    }
    view = await sluiceView('--elasticsearch', backend.url);
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(`${view.url}/#/job/ml.feature-big`);
  }, LONG);
  afterAll(async () => {
    await browser?.close();
    await view?.stop();
    await backend?.stop();
  });

  const first = () => page.locator('.row .text').first().textContent();
  const numberOf = (line: string | null) => Number(/line (\d+)/.exec(line ?? '')?.[1]);

  it('shows them all, and says so', async () => {
    await expect
      .poll(async () => (await page.locator('#state').textContent())?.replace(/\D/g, ''), WITHIN)
      .toBe(String(LINES));
    await expect.poll(() => page.locator('.foot').textContent(), WITHIN).toContain('complete');
  });

  it('holds elements for what is in sight only, at its beginning, its end and everywhere between', async () => {
    await page.locator('.log').focus();
    await page.keyboard.press('End');
    await expect.poll(() => page.locator('.row .text').last().textContent(), WITHIN).toBe(text(LINES - 1));
    expect(await page.locator('.row').count()).toBeLessThan(100);
    for (const part of [0.25, 0.5, 0.9]) {
      await page.locator('.log').evaluate((log, at) => {
        log.scrollTop = (log.scrollHeight - log.clientHeight) * at;
      }, part);
      await expect.poll(async () => Math.abs(numberOf(await first()) - LINES * part), WITHIN).toBeLessThan(100);
      expect(await page.locator('.row').count()).toBeLessThan(100);
    }
    // Rows follow one another without gap.
    const shown = (await page.locator('.row .text').allTextContents()).map(numberOf);
    expect(shown).toEqual(shown.map((_, i) => shown[0]! + i));
    await page.keyboard.press('Home');
    await expect.poll(first, WITHIN).toBe(text(0));
  });

  it('finds one line among all, and the link to it leads there', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('needle');
    await expect.poll(() => page.locator('#matches').textContent(), WITHIN).toBe('1');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.row.now .text').textContent(), WITHIN).toBe(text(NEEDLE));
    const address = page.url();
    await page.goto('about:blank');
    await page.goto(address);
    await expect.poll(() => page.locator('.row.now .text').textContent(), WITHIN).toBe(text(NEEDLE));
    // It stays in sight while what lies behind it is loaded.
    await expect.poll(() => page.locator('.foot').textContent(), WITHIN).toContain('complete');
    expect(await page.locator('.row.now .text').textContent()).toBe(text(NEEDLE));
  });

  it('steps from error to error, and shows errors only', async () => {
    await expect.poll(() => page.locator('.foot').textContent(), WITHIN).toContain('complete');
    await page.locator('.log').focus();
    await page.keyboard.press('e');
    const next = Math.ceil((NEEDLE + 1) / 1000) * 1000 - 1;
    await expect.poll(() => page.locator('.row.now .text').textContent(), WITHIN).toBe(text(next));
    await page.locator('.levels .l-info').click();
    const shown = async () => (await page.locator('#state').textContent())?.split('·')[1]?.replace(/\D/g, '');
    await expect.poll(shown, WITHIN).toBe(String(LINES / 1000));
    expect((await page.locator('.row .text').allTextContents()).every((line) => line.includes('ERROR'))).toBe(true);
  });
});
