import os from 'node:os';
import { expect, it } from 'vitest';
import { LogEvent } from '../core/event.ts';
import { Float } from '../core/value.ts';
import { compileLabels } from './labels.ts';

const one = { workerId: 0, workers: 1 };
const label = (text: string, record: Record<string, never> | object, tag = 'a.b.c') =>
  compileLabels(new Map([['x', text]]), tag, one)(LogEvent.from(0, 0, record as never))['x'];

it.each([
  ['constant', {}, 'constant'],
  ['${tag}', {}, 'a.b.c'],
  ['${tag_parts[1]}-${tag_parts[-1]}', {}, 'b-c'],
  ['${tag_prefix[1]}', {}, 'a.b'],
  ['${tag_suffix[1]}', {}, 'b.c'],
  ['${tag_parts[9]}', {}, '${tag_parts[9]}'],
  ['${hostname}', {}, os.hostname()],
  ['${worker_id}', {}, '0'],
  ['${l}', { l: 'v' }, 'v'],
  ['${l} and ${n}', { l: 'v', n: 5 }, 'v and 5'],
  ['${n}', { n: new Float(1) }, '1.0'],
  ['${k["ns"]}', { k: { ns: 'shop' } }, 'shop'],
  ['${list[-1]}', { list: ['p', 'q'] }, 'q'],
  ['${gone}', {}, '${gone}'],
  ['$.k.ns', { k: { ns: 'shop' } }, 'shop'],
  ['$.gone', {}, ''],
])('the label text %s of the record %j is %s', (text, record, expected) => {
  expect(label(text, record)).toBe(expected);
});

it('no record can forge placeholders of the tag, the host or the worker', () => {
  const record = { tag: 'x', hostname: 'x', worker_id: 'x', tag_parts: ['x', 'x'], 'tag_parts[7]': 'x' };
  expect(label('${tag} ${worker_id} ${tag_parts[0]} ${tag_parts[7]}', record)).toBe('a.b.c 0 a ${tag_parts[7]}');
  expect(label('${hostname}', record)).toBe(os.hostname());
});

it('with several workers every metric gets worker_id', async () => {
  const { labelTexts } = await import('./labels.ts');
  const { elementFrom } = await import('../../config/from-text.ts');
  const element = elementFrom('<filter **>\n<labels>\na b\n</labels>\n</filter>');
  expect([...labelTexts(element, { workerId: 2, workers: 3 })]).toEqual([
    ['a', 'b'],
    ['worker_id', '2'],
  ]);
});
