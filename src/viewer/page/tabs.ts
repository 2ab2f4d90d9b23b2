/// <reference lib="dom" />
/** Tabs by role, and the choice of attempt and pod. */
import { count, h, roleName } from './dom.ts';
import { ALL, type Choice, type Place } from './place.ts';
import { dateAndTime } from './settings.ts';

/** A pod is silent when the job's last line is so much later than its own. */
export const SILENT_MS = 120_000;

export function drawTabs(place: Place, go: (choice: Partial<Choice>) => void): HTMLElement[] {
  const { tabs: names, choice } = place;
  const tab = (name: string) =>
    h(
      'button',
      {
        type: 'button',
        role: 'tab',
        'aria-selected': String(choice.tab === name),
        tabindex: choice.tab === name ? 0 : -1,
        onclick: () => go({ tab: name }),
      },
      ...[name === ALL ? 'All' : roleName(name), h('span', { class: 'count' }, count(place.linesOf(name)))],
    );
  const tabs = h('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Roles' }, ...names.map(tab));
  tabs.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    go({ tab: names[(names.indexOf(choice.tab) + step + names.length) % names.length]! });
    document.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus();
  });
  return [tabs, h('div', { class: 'end' }, ...drawSelects(place, go))];
}

function drawSelects(place: Place, go: (choice: Partial<Choice>) => void): HTMLElement[] {
  const { attempts, pods, choice } = place;
  const select = (label: string, value: string, options: [string, string][], onchange: (value: string) => void) =>
    h(
      'select',
      { 'aria-label': label, onchange: (event: Event) => onchange((event.target as HTMLSelectElement).value) },
      ...options.map(([v, text]) => h('option', { value: v, selected: v === value }, text)),
    );
  const attemptOptions = attempts.map((n): [string, string] => [String(n), `Attempt ${n}`]);
  const podOptions = pods.map((pod): [string, string] => [pod, podName(place, pod)]);
  return [
    ...(attempts.length < 2
      ? []
      : [
          select('Attempt', choice.attempt, [['', 'All attempts'], ...attemptOptions], (attempt) =>
            go({ tab: choice.tab, attempt }),
          ),
        ]),
    ...(pods.length < 2
      ? []
      : [select('Pod', choice.pod, [['', `All ${pods.length} pods`], ...podOptions], (pod) => go({ ...choice, pod }))]),
  ];
}

/** Dead ones are known by their silence. */
function podName(place: Place, pod: string): string {
  const last = place.lastOf(pod);
  return Date.parse(place.job!.last) - last > SILENT_MS ? `${pod} (silent since ${dateAndTime(last)})` : pod;
}
