/** What is measured, and the goals: documents per CPU-second (shown) and the share of the floor (must be reached). */
export interface Scenario {
  readonly name: string;
  /** Folder of the configuration under scenarios/. */
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly goal: number;
  readonly share: number | undefined;
}

export const scenarios: readonly Scenario[] = [
  { name: 'A docker json', folder: 'docker-json', variables: {}, goal: 450_000, share: 0.45 },
  {
    name: 'A gzip',
    folder: 'docker-json',
    variables: { COMPRESSION: 'best_speed' },
    goal: 200_000,
    share: undefined,
  },
];
