/** What is shown of a job, as the address says it: tab, attempt, pod, and the line that a link leads to. */
import type { Container, Job, Query } from './api.ts';

const ROLES = ['driver', 'jobmanager', 'taskmanager'];
export const ALL = 'all';

export interface Choice {
  readonly tab: string;
  readonly attempt: string;
  readonly pod: string;
}

export class Place {
  readonly id: string;
  job: Job | undefined;
  choice: Choice;
  /** Id of a line that is still looked for; empty for none. */
  line: string;

  constructor(id: string, params: URLSearchParams) {
    this.id = id;
    const text = (name: string) => params.get(name) ?? '';
    this.choice = { tab: text('tab') || ALL, attempt: text('attempt'), pod: text('pod') };
    this.line = text('line');
  }

  /** The job is known: a tab that it does not have becomes all. */
  know(job: Job): void {
    this.job = job;
    if (!this.tabs.includes(this.choice.tab)) this.choice = { ...this.choice, tab: ALL };
  }

  get #containers(): readonly Container[] {
    return this.job?.containers ?? [];
  }

  get roles(): string[] {
    const found = new Set(this.#containers.map((c) => c.role));
    return [...ROLES.filter((role) => found.has(role)), ...[...found].filter((role) => !ROLES.includes(role)).sort()];
  }

  get tabs(): string[] {
    return [...this.roles, ALL];
  }

  #inTab(): Container[] {
    const { tab } = this.choice;
    return this.#containers.filter((c) => tab === ALL || c.role === tab);
  }

  get attempts(): number[] {
    return [...new Set(this.#inTab().map((c) => c.attempt))].sort((a, b) => a - b);
  }

  #inAttempt(): Container[] {
    const { attempt } = this.choice;
    return this.#inTab().filter((c) => attempt === '' || String(c.attempt) === attempt);
  }

  get pods(): string[] {
    return [...new Set(this.#inAttempt().map((c) => c.pod))];
  }

  /** Lines that the job's containers of this choice had when it was opened. */
  get expectedLines(): number {
    const { pod } = this.choice;
    return this.#inAttempt()
      .filter((c) => pod === '' || c.pod === pod)
      .reduce((sum, c) => sum + c.lines, 0);
  }

  linesOf(tab: string): number {
    return this.#containers.filter((c) => tab === ALL || c.role === tab).reduce((sum, c) => sum + c.lines, 0);
  }

  /** Milliseconds of a pod's last line. */
  lastOf(pod: string): number {
    return Math.max(...this.#containers.filter((c) => c.pod === pod).map((c) => Date.parse(c.last)));
  }

  get query(): Query {
    const { tab, attempt, pod } = this.choice;
    return { role: tab === ALL ? undefined : tab, attempt, pod };
  }

  get path(): string {
    return `/jobs/${encodeURIComponent(this.id)}`;
  }

  address(line = ''): string {
    const { tab, attempt, pod } = this.choice;
    const params = new URLSearchParams();
    for (const [name, value] of Object.entries({ tab: tab === ALL ? '' : tab, attempt, pod, line }))
      if (value !== '') params.set(name, value);
    return `#/job/${encodeURIComponent(this.id)}${params.size === 0 ? '' : `?${params}`}`;
  }
}
