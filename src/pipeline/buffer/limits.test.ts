import { expect, it } from 'vitest';
import { checkSection } from '../../config/check.ts';
import { Element, type Param } from '../../config/element.ts';
import { Problems } from '../../config/problems.ts';
import { limitsOf } from './limits.ts';
import { bufferSchema } from './schema.ts';

const MIB = 1024 ** 2;
const place = { file: 'test', line: 1 };

function limits(given: Record<string, string>, memory: number) {
  const params = Object.entries(given).map(([name, value]): [string, Param] => [
    name,
    { value, quote: 'none', ...place },
  ]);
  return limitsOf(checkSection(bufferSchema, new Element('buffer', '', place, params), new Problems()), memory);
}

it('chunks are full at chunk_limit_size, or at a fortieth of limited memory, shared by the flush threads', () => {
  const file = { '@type': 'file', path: '/buffer' };
  const { full, chunk } = limits(file, Number.POSITIVE_INFINITY);
  expect(full).toBeCloseTo(256 * MIB * 0.95);
  expect(chunk).toBe(256 * MIB);
  expect(limits(file, 240 * MIB)).toMatchObject({ full: 6 * MIB, chunk: 256 * MIB });
  expect(limits({ ...file, flush_thread_count: '4' }, 240 * MIB).full).toBe(1.5 * MIB);
  expect(limits({ ...file, chunk_limit_size: '1m' }, 256 * MIB).full).toBeCloseTo(0.95 * MIB);
});
