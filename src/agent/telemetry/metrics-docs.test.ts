import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '..', '..', '..');

it('docs/metrics.md names every metric of our own, and no other', () => {
  const names = new Set<string>();
  for (const name of fs.readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue;
    const text = fs.readFileSync(path.join(root, 'src', name), 'utf8');
    for (const [, metric] of text.matchAll(/'(sluice_[a-z_]+)'/g)) names.add(metric!);
  }
  const docs = fs.readFileSync(path.join(root, 'docs', 'metrics.md'), 'utf8');
  const told = new Set([...docs.matchAll(/`(sluice_[a-z_]+)`/g)].map(([, metric]) => metric!));
  expect([...told].sort()).toEqual([...names].sort());
});
