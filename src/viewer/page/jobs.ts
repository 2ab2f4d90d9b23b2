/// <reference lib="dom" />
/** The list of jobs, with search. */
import { get, type JobSummary, type Jobs, type ProblemError } from './api.ts';
import { count, h, plural, roleClass, roleName } from './dom.ts';
import { ago, dateAndTime } from './settings.ts';
import { emptyJobs, loading, problemState } from './states.ts';

const REFRESH_MS = 10_000;
const LIVE_MS = 120_000;

/** Gives the function that leaves the view. */
export function showJobs(main: HTMLElement, params: URLSearchParams): () => void {
  const list = h('div', { 'aria-live': 'polite' }, loading('Looking for jobs'));
  const search = h('input', {
    type: 'search',
    placeholder: 'Search jobs, pods, roles   ( / )',
    'aria-label': 'Search jobs',
    value: params.get('search') ?? '',
  });
  const namespace = h('select', { 'aria-label': 'Namespace' }, h('option', { value: '' }, 'All namespaces'));
  const since = h(
    'select',
    { 'aria-label': 'Time' },
    ...[
      ['', 'Any time'],
      ['1h', 'Last hour'],
      ['1d', 'Last day'],
      ['7d', 'Last 7 days'],
    ].map(([value, text]) => h('option', { value: value! }, text!)),
  );
  main.replaceChildren(
    h(
      'div',
      { class: 'jobs' },
      h('h1', {}, 'Jobs'),
      h('div', { class: 'jobs-bar', role: 'search' }, search, namespace, since),
      list,
    ),
  );
  let asked = 0;
  let shown = 100;

  async function load(): Promise<void> {
    const mine = ++asked;
    try {
      const query = { search: search.value, namespace: namespace.value, from: since.value, limit: shown };
      const answer = await get<Jobs>('/jobs', query);
      if (mine !== asked) return;
      show(answer);
    } catch (error) {
      if (mine === asked) list.replaceChildren(problemState(error as ProblemError, () => void load()));
    }
  }

  function show(answer: Jobs): void {
    const known = [...namespace.options].map((option) => option.value);
    for (const name of answer.namespaces)
      if (!known.includes(name)) namespace.append(h('option', { value: name }, name));
    if (answer.jobs.length === 0)
      return list.replaceChildren(emptyJobs(answer, search.value !== '' || since.value !== ''));
    // What has the focus keeps it when the list is made anew.
    const focused = (document.activeElement as HTMLAnchorElement | null)?.getAttribute('href');
    list.replaceChildren(h('ul', { class: 'job-list' }, ...answer.jobs.map((job) => h('li', {}, row(job)))));
    if (answer.next !== null) {
      const more = () => {
        shown = Math.min(1000, shown * 3);
        void load();
      };
      list.append(h('button', { type: 'button', class: 'more', onclick: more }, `More of ${count(answer.total)} jobs`));
    }
    if (focused != null) list.querySelector<HTMLElement>(`a[href="${CSS.escape(focused)}"]`)?.focus();
  }

  const typed = () => {
    history.replaceState(null, '', search.value === '' ? '#/' : `#/?search=${encodeURIComponent(search.value)}`);
    void load();
  };
  search.addEventListener('input', typed);
  namespace.addEventListener('change', () => void load());
  since.addEventListener('change', () => void load());
  const keys = (event: KeyboardEvent) => {
    const step =
      event.key === 'ArrowDown' || event.key === 'j' ? 1 : event.key === 'ArrowUp' || event.key === 'k' ? -1 : 0;
    if (event.key === '/' && event.target !== search) {
      search.focus();
      event.preventDefault();
    } else if (
      step !== 0 &&
      (event.key.startsWith('Arrow') || event.target !== search) &&
      !(event.target instanceof HTMLSelectElement)
    ) {
      const links = [...list.querySelectorAll<HTMLElement>('.job-list a')];
      const at = links.indexOf(document.activeElement as HTMLElement);
      links[Math.max(0, Math.min(links.length - 1, at + step))]?.focus();
      event.preventDefault();
    }
  };
  document.addEventListener('keydown', keys);
  void load();
  const timer = setInterval(() => void load(), REFRESH_MS);
  return () => {
    asked++;
    clearInterval(timer);
    document.removeEventListener('keydown', keys);
  };
}

function row(job: JobSummary): HTMLElement {
  const last = Date.parse(job.last);
  const isLive = Date.now() - last < LIVE_MS;
  const chips = job.isJob
    ? job.roles.map((role) => h('span', { class: `chip ${roleClass(role)}` }, roleName(role)))
    : [h('span', {}, 'pod without job')];
  const number = (n: number, what: string, extra = '') =>
    h('span', { class: `num ${extra}` }, h('b', {}, count(n)), h('span', {}, what));
  return h(
    'a',
    { href: `#/job/${encodeURIComponent(job.id)}` },
    h('span', { class: 'job-name' }, job.name, h('span', { class: 'dim' }, `  ${job.namespace}`)),
    number(job.lines, 'lines'),
    number(job.errors, 'errors', `optional ${job.errors > 0 ? 'bad' : ''}`),
    h(
      'span',
      { class: 'num optional', title: dateAndTime(last) },
      h('b', { class: isLive ? 'live' : '' }, isLive ? '● live' : ago(last)),
      h('span', {}, `${plural(job.pods, 'pod')}${job.attempts > 1 ? ` · ${job.attempts} attempts` : ''}`),
    ),
    h('span', { class: 'chips' }, ...chips),
  );
}
