/// <reference lib="dom" />
/** The API as the page uses it. */
import { token } from './settings.ts';

export interface Source {
  readonly index: number;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly role: string;
  readonly attempt: number;
}
export interface Entry {
  readonly id: string;
  readonly time: string;
  readonly source: number;
  readonly stream?: string;
  readonly level: string;
  readonly text: string;
  readonly partial?: boolean;
}
export interface Summary {
  readonly lines: number;
  readonly containers: number;
  readonly complete: boolean;
  readonly cutBy: string | null;
  readonly duplicates: number;
  readonly order: string;
  readonly unordered: number;
  readonly missingIndices: readonly string[];
  readonly failedShards: number;
  readonly shardFailure: string | null;
  readonly available: number | null;
}
export interface JobSummary {
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly isJob: boolean;
  readonly roles: readonly string[];
  readonly pods: number;
  readonly attempts: number;
  readonly first: string;
  readonly last: string;
  readonly lines: number;
  readonly errors: number;
}
export interface Jobs {
  readonly jobs: readonly JobSummary[];
  readonly total: number;
  readonly namespaces: readonly string[];
  readonly next: string | null;
  readonly missingIndices: readonly string[];
  readonly failedShards: number;
}
export interface Container extends Omit<Source, 'index'> {
  readonly first: string;
  readonly last: string;
  readonly lines: number;
  readonly errors: number;
}
export interface Job extends Omit<JobSummary, 'roles' | 'pods' | 'attempts'> {
  readonly containers: readonly Container[];
}
export interface Line {
  readonly id: string;
  readonly time: string;
  readonly text: string;
}
export interface Stats {
  readonly exceptions: readonly {
    readonly signature: string;
    readonly count: number;
    readonly first: Line;
    readonly last: Line;
  }[];
  readonly firstError: Line | null;
  readonly lastError: Line | null;
}
export interface Session {
  readonly mode: string;
  readonly user: string;
  readonly cluster: string;
  readonly patterns: readonly string[];
}

export class ProblemError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

export type Query = Readonly<Record<string, string | number | undefined>>;

export function url(path: string, query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') params.set(name, String(value));
  return `/api/v1${path}${params.size === 0 ? '' : `?${params}`}`;
}

/** @throws ProblemError */
export async function open(
  path: string,
  query: Query = {},
  init: { signal?: AbortSignal; lastEventId?: string } = {},
): Promise<Response> {
  const headers: Record<string, string> = {};
  if (token() !== '') headers['authorization'] = `Bearer ${token()}`;
  if (init.lastEventId !== undefined) headers['last-event-id'] = init.lastEventId;
  let answer: Response;
  try {
    answer = await fetch(url(path, query), { headers, ...(init.signal === undefined ? {} : { signal: init.signal }) });
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new ProblemError(0, 'ERR_VIEWER_AWAY', 'The viewer itself does not answer.');
  }
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string };
  throw new ProblemError(
    answer.status,
    problem.code ?? 'ERR',
    problem.detail ?? `The viewer answered ${answer.status}.`,
  );
}

export async function get<T>(path: string, query: Query = {}): Promise<T> {
  return (await (await open(path, query)).json()) as T;
}

/** Calls `take` with the lines of each piece of a body. */
export async function eachPiece(answer: Response, take: (lines: string[]) => void | Promise<void>): Promise<void> {
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (rest + value).split('\n');
    rest = lines.pop()!;
    if (lines.length > 0) await take(lines);
  }
  if (rest !== '') await take([rest]);
}
