/** Makes the screenshots of README and docs: `npm run screenshots`. */
import path from 'node:path';
import { startBackend } from './backend.ts';
import { openBrowser } from './browser.ts';
import { sluiceView } from './command.ts';
import { flinkJob, store } from './documents.ts';
import { root } from './node.ts';

const folder = path.join(root, 'docs', 'images');
const backend = await startBackend();
const from = Date.now() - 3 * 60_000;
await store(backend.url, 'feature_-2026.11.24', [
  ...flinkJob(from),
  ...['feature-orders', 'feature-sessions'].flatMap((name, n) =>
    flinkJob(from - (n + 1) * 5_000_000).map((pod) => ({
      ...pod,
      namespace: n === 0 ? 'ml' : 'shop',
      pod: pod.pod.replace('feature-clicks', name),
      ...(pod.labels === undefined ? {} : { labels: { ...pod.labels, app: name } }),
    })),
  ),
  {
    namespace: 'shop',
    pod: 'zeppelin-server-0',
    container: 'zeppelin',
    from,
    step: 900,
    lines: Array(90).fill('INFO  interpreter is ready'),
  },
]);
const view = await sluiceView('--elasticsearch', backend.url);
const browser = await openBrowser();

async function shot(
  name: string,
  hash: string,
  options: { scheme?: 'dark' | 'light'; width?: number; keys?: string[] } = {},
) {
  const { scheme = 'dark', width = 1280, keys = [] } = options;
  const page = await browser.newPage({ viewport: { width, height: width < 500 ? 780 : 660 }, colorScheme: scheme });
  await page.goto(`${view.url}/${hash}`);
  await page.waitForSelector(name === 'away' ? '.state h2' : hash === '' ? '.job-list a' : '.troubles button');
  if (hash !== '')
    await page.waitForFunction(() => / lines(?! …)/.test(document.querySelector('#state')?.textContent ?? ''));
  for (const key of keys) {
    await page.keyboard.press(key);
    await page.waitForTimeout(150);
  }
  await page.waitForTimeout(600);
  await page.screenshot({ path: path.join(folder, `viewer-${name}.png`) });
  await page.close();
}

const job = '#/job/ml.feature-clicks';
await shot('jobs', '');
await shot('job', job, { keys: ['f', 'e'] });
await shot('find-light', `${job}?tab=jobmanager`, {
  scheme: 'light',
  keys: ['f', 'e', 'o', '/', ...'timeout', 'Enter'],
});
await shot('phone', job, { width: 380, keys: ['f', 'e'] });
await shot('phone-jobs', '', { width: 380, scheme: 'light' });
await backend.stop();
await shot('away', '');
await browser.close();
await view.stop();
