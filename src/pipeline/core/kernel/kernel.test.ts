import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { SOURCE_SHA256 } from './wasm.ts';

it('the compiled kernel is that of its source (else: npm run kernel)', () => {
  const source = fs.readFileSync(path.join(import.meta.dirname, 'assembly', 'kernel.ts'));
  expect(createHash('sha256').update(source).digest('hex')).toBe(SOURCE_SHA256);
});
