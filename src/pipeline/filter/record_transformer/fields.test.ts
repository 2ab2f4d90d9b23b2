import { expect, it } from 'vitest';
import { Element, type Param } from '../../../config/element.ts';
import { LogEvent } from '../../core/event.ts';
import { type Slot, slotText } from '../../core/slot.ts';
import { compileFields, type FieldOptions } from './fields.ts';

const place = { file: 'f.yaml', line: 1 };
const host = {} as FieldOptions['host'];

it.each([true, false])('numbers, booleans and null of YAML stay what they are (enable_ruby %j)', (ruby) => {
  const rows: [text: string, literal: NonNullable<Param['literal']> | null, json: string][] = [
    ['2.0', 2, '2.0'],
    ['.5', 0.5, '0.5'],
    ['420', 420, '420'],
    ['12345678901234567890', 12345678901234567890n, '12345678901234567890'],
    ['false', false, 'false'],
    ['', null, 'null'],
  ];
  const params = rows.map(([value, literal], i): [string, Param] => [
    `k${i}`,
    { ...place, value, literal, quote: 'none' },
  ]);
  const fields = compileFields([new Element('record', '', place, params)], { ruby, typecast: true, host });
  const slots: Slot[] = [];
  fields('t')(LogEvent.from(0, 0, {}), slots);
  expect(slots.map(slotText)).toEqual(rows.map(([, , json]) => json));
});
