/** What the page shows of the job, compared with what its containers wrote. */
import type { RunningPod } from './node.ts';

export interface Exactness {
  /** Containers of the job, and those whose text in the viewer is what they wrote. */
  readonly containers: number;
  readonly exact: number;
  /** Role and attempt of each container, as the viewer tells them. */
  readonly parts: readonly string[];
}

interface Job {
  readonly containers: readonly { readonly pod: string; readonly role: string; readonly attempt: number }[];
}

/** `page`: the viewer's URL; `job`: the job's id there. */
export async function compareTexts(page: string, job: string, pods: readonly RunningPod[]): Promise<Exactness> {
  const api = new URL('/api/v1/', page).href;
  const answer = await fetch(`${api}jobs/${job}`);
  if (!answer.ok) return { containers: 0, exact: 0, parts: [] };
  const { containers } = (await answer.json()) as Job;
  let exact = 0;
  for (const { pod } of containers) {
    const text = await (await fetch(`${api}jobs/${job}/logs?pod=${pod}`)).text();
    const written = pods.find(({ plan }) => plan.name === pod)?.written ?? [];
    if (text === written.map((line) => `${line}\n`).join('')) exact++;
  }
  const parts = containers.map(({ role, attempt }) => `${role} ${attempt}`).sort();
  return { containers: containers.length, exact, parts };
}
