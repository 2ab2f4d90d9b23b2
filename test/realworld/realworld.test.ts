/** Real configurations, where a folder of them is given (SLUICE_REALWORLD): what Fluentd accepts is accepted, or its missing type is named. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { dryRun, isOfAnotherText } from './check.ts';
import { plausibleEnvironment, readManifest } from './manifest.ts';

const folder = process.env['SLUICE_REALWORLD'];
const isThere = folder !== undefined && fs.existsSync(path.join(folder, 'manifest.jsonl'));
if (!isThere) console.log('real configurations: left out, SLUICE_REALWORLD names no folder of them');

it.runIf(isThere)(
  'what Fluentd accepts is accepted, or the plugin type that is not there is named',
  () => {
    const wrong = readManifest(folder!)
      .filter((entry) => entry.accepted)
      .map(dryRun)
      .filter(({ result }) => result !== 'agrees' && result !== 'names the type')
      .map(({ entry, errors }) => ({ id: entry.id, errors }));
    expect(wrong).toEqual([]);
  },
  600_000,
);

it('variables get plausible values where a configuration means nothing without them', () => {
  const text = `a "#{ENV['ES_HOST']}" b "#{ENV['ES_SCHEME'] || 'http'}" c "#{ENV.fetch('REGION')}" d "#{ENV.fetch('X', 'y')}"`;
  const always = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '443' };
  expect(plausibleEnvironment(text, 'fetched')).toEqual({ ...always, REGION: 'eu-central-1' });
  expect(plausibleEnvironment(text, 'all')).toEqual({ ...always, REGION: 'eu-central-1', ES_HOST: 'localhost' });
});

it('a verdict that contradicts its own file is told apart from one that we do not share', () => {
  const label = '<label @LOG>\n  <match **>\n    @type null\n  </match>\n</label>\n';
  expect(isOfAnotherText('ArgumentError: @LOG label not found', label)).toBe(true);
  expect(isOfAnotherText('ArgumentError: @OTHER label not found', label)).toBe(false);
  expect(isOfAnotherText('Section <label @LOG> appears twice', label)).toBe(true);
  expect(isOfAnotherText('Section <label @LOG> appears twice', label + label)).toBe(false);
});
