/**
 * The order of log lines within a millisecond, as the agent stores it (`store_order`): kept in columns of their own, so that an index holds documents
 * in the order in which the viewer reads them.
 */
import type { Json, JsonObject } from '../json.ts';
import { valuesAt } from './values.ts';

/** Fields behind `@timestamp` in the index `docs_order`, in its order. */
export const ORDER_FIELDS = ['sluice.nanos', 'sluice.file', 'sluice.offset'] as const;

/** Stands in a column where the document has no value. */
export const NO_ORDER = -1;

export type OrderValues = readonly [nanos: number, file: number, offset: number];

const NONE: OrderValues = [NO_ORDER, NO_ORDER, NO_ORDER];

/** Undefined where a value is something else than one whole number from 0: such documents are sorted by what their source says. */
export function orderOf(document: JsonObject, hasAny: boolean): OrderValues | undefined {
  if (!hasAny) return NONE;
  const found: number[] = [];
  for (const field of ORDER_FIELDS) {
    const value = columnOf(valuesAt(document, field));
    if (value === undefined) return undefined;
    found.push(value);
  }
  return found as unknown as OrderValues;
}

function columnOf(values: readonly Json[]): number | undefined {
  if (values.length === 0) return NO_ORDER;
  const [value] = values;
  return values.length === 1 && Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}
