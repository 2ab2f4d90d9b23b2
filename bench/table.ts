/** Rows of the result: what was measured beside its goal. */
export interface Row {
  readonly name: string;
  readonly value: string;
  readonly goal: string;
  readonly reached: boolean;
  /** How much of the goal is reached: 1 or more is all of it. */
  readonly share: number;
  /** A goal that must be reached: a share of the floor or of a peer of the same run. */
  readonly isRatio?: boolean;
  readonly details?: string;
}

export const median = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
export const k = (n: number) => `${Math.round(n / 1000)} k`;
export const mib = (n: number) => `${Math.round(n / 1024 ** 2)} MiB`;
export const percent = (n: number) => `${(n * 100).toFixed(1)} %`;

/** A row whose value must be at least (or, with `most`, at most) the goal. */
export function row(
  name: string,
  value: number,
  goal: number,
  show: (n: number) => string,
  more: Partial<Row> & { most?: true } = {},
): Row {
  const { most, ...rest } = more;
  return {
    name,
    value: show(value),
    goal: `${most ? '≤' : '≥'} ${show(goal)}`,
    reached: most ? value <= goal : value >= goal,
    share: most ? goal / value : value / goal,
    ...rest,
  };
}

export function printTable(rows: readonly Row[]): void {
  console.table(
    Object.fromEntries(
      rows.map(({ name, value, goal, reached, details = '' }) => [
        name,
        { value, goal, '': reached ? 'ok' : 'missed', details },
      ]),
    ),
  );
}
