/// <reference lib="dom" />
/** The page: which view the address means, and what all views share. */
import { get, type ProblemError, type Session } from './api.ts';
import { byId, h, openDialog, toast } from './dom.ts';
import { JobView } from './job.ts';
import { showJobs } from './jobs.ts';
import { KEYS } from './keys.ts';
import { change, setToken, settings } from './settings.ts';
import { loading } from './states.ts';

const main = byId('content');
let leave: () => void = () => undefined;
let view: JobView | undefined;

function route(): void {
  leave();
  view = undefined;
  const [path = '', query = ''] = location.hash.slice(1).split('?');
  const params = new URLSearchParams(query);
  const job = /^\/job\/(.+)$/.exec(path);
  if (job === null) {
    byId('crumbs').replaceChildren();
    document.title = 'sluice · logs';
    leave = showJobs(main, params);
    return;
  }
  const opened = new JobView(main, decoded(job[1]!), params);
  view = opened;
  leave = () => opened.close();
  void opened.open();
}

/** An address that was written by hand may be no encoding: then it is the name itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function applySettings(): void {
  document.documentElement.dataset['theme'] = settings.theme;
  byId('zone').textContent = settings.utc ? 'UTC' : 'local';
  view?.restyle();
}

function toggleTheme(): void {
  change({ theme: settings.theme === 'dark' ? 'light' : 'dark' });
  applySettings();
}

function toggleZone(): void {
  change({ utc: !settings.utc });
  applySettings();
  toast(settings.utc ? 'Times are UTC' : `Times are local (${Intl.DateTimeFormat().resolvedOptions().timeZone})`);
}

function showKeys(): void {
  const cells = KEYS.flatMap(([keys, what]) => [
    h('span', {}, ...keys.split('  ').map((key) => h('kbd', {}, key))),
    h('span', {}, what),
  ]);
  openDialog(
    'Keys',
    h('div', { class: 'keys' }, ...cells),
    h('form', { method: 'dialog' }, h('button', { autofocus: true }, 'Close')),
  );
}

/** Asks for a token where the viewer wants to know who is asking. */
function askToken(reason: string): void {
  const input = h('input', {
    type: 'password',
    name: 'token',
    'aria-label': 'Token',
    autocomplete: 'off',
    required: true,
  });
  const form = h('form', { method: 'dialog' }, input, h('button', {}, 'Go on'));
  form.addEventListener('submit', () => {
    setToken(input.value.trim());
    void start();
  });
  openDialog(
    'Who are you?',
    h('p', {}, reason),
    h('p', {}, 'For example: ', h('code', {}, 'kubectl create token NAME')),
    form,
  );
}

document.addEventListener('keydown', (event) => {
  const target = event.target as HTMLElement;
  const types =
    target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement;
  if (types || event.ctrlKey || event.metaKey || event.altKey || byId<HTMLDialogElement>('dialog').open) return;
  // A focused button has Enter and Space for itself.
  const isButton = target instanceof HTMLButtonElement || target instanceof HTMLAnchorElement;
  if (isButton && ['Enter', ' ', 'ArrowLeft', 'ArrowRight'].includes(event.key)) return;
  const shared: Record<string, () => void> = {
    '?': showKeys,
    t: toggleTheme,
    u: toggleZone,
    b: () => (location.hash = '#/'),
  };
  const run = shared[event.key];
  if (run !== undefined) run();
  else if (view?.key(event) !== true) return;
  event.preventDefault();
});

async function start(): Promise<void> {
  main.replaceChildren(loading('Asking the cluster'));
  try {
    const session = await get<Session>('/session');
    byId('cluster').textContent = `${session.cluster}${session.user === '' ? '' : ` · ${session.user}`}`;
  } catch (error) {
    const { status, message } = error as ProblemError;
    if (status === 401) {
      askToken(message);
      return;
    }
  }
  route();
}

byId('theme').addEventListener('click', toggleTheme);
byId('zone').addEventListener('click', toggleZone);
byId('keys').addEventListener('click', showKeys);
addEventListener('hashchange', () => route());
applySettings();
void start();
