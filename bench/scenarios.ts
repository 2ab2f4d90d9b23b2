/** What is measured, and the goals. */
import { criJson, criText, docker, type Kind, traces } from './corpus.ts';

/** A backlog that is worked off: lines per CPU-second (shown) and the share of the floor (must be reached). */
export interface Scenario {
  readonly name: string;
  /** Folder of the configuration under scenarios/. */
  readonly folder: string;
  readonly corpus: Kind;
  readonly variables?: Readonly<Record<string, string>>;
  readonly goal: number;
  readonly share?: number;
}

const gzip = { COMPRESSION: 'best_speed' };

export const scenarios: readonly Scenario[] = [
  { name: 'A docker json', folder: 'docker-json', corpus: docker, goal: 450_000, share: 0.45 },
  { name: 'A gzip', folder: 'docker-json', corpus: docker, variables: gzip, goal: 200_000 },
  { name: 'B CRI, JSON merged', folder: 'cri-json', corpus: criJson, goal: 200_000 },
  { name: 'B gzip', folder: 'cri-json', corpus: criJson, variables: gzip, goal: 150_000 },
  { name: 'C CRI, five Ruby expressions', folder: 'cri-ruby', corpus: criText, goal: 60_000 },
  { name: 'D traces, detect_exceptions', folder: 'detect-exceptions', corpus: traces, goal: 150_000 },
  { name: 'D traces, concat', folder: 'concat', corpus: traces, goal: 150_000 },
];
