/** Items of alike lines: the action line and the document's constant parts are made once for all rows of a second. */
import { type Columns, piecesOf } from '../../core/columns.ts';
import type { LogEvent } from '../../core/event.ts';
import type { Layout, Render } from '../../plugin.ts';

/** Makes the document of an event, and gives its action line; undefined for an event that is left out. */
export type Prepare = (event: LogEvent) => string | undefined;

/** `prepare` must do the same for all events that differ in their columns only. */
export function byColumns(render: Render, prepare: Prepare): Render {
  return Object.assign(render, {
    columns: (all: Columns, row: number) => ofSecond(all, row, prepare),
  });
}

/** Rows of one second: their index and their date are the same. */
function ofSecond(all: Columns, from: number, prepare: Prepare): Layout | undefined {
  const { secs } = all.kernel;
  const event = all.template.copy();
  event.sec = secs[from]!;
  let to = from + 1;
  while (to < all.rows && secs[to] === event.sec) to++;
  try {
    return { pieces: piecesOf(event, `${prepare(event)!}\n`, '\n'), to };
  } catch {
    // It depends on what differs from record to record, or goes wrong: that is told record by record.
    return undefined;
  }
}
