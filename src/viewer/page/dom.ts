/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** Elements without innerHTML: text of log lines can only become text. */

type Child = Node | string | null | undefined | false;
type Props = Readonly<Record<string, string | number | boolean | ((event: never) => void) | undefined>>;

/** `class`, attributes by name, `on…` listeners; false and undefined leave an attribute out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value as EventListener);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children) if (child !== null && child !== undefined && child !== false) element.append(child);
  return element;
}

export function byId<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

let toastTimer = 0;
export function toast(text: string): void {
  const element = byId('toast');
  element.textContent = text;
  element.classList.add('on');
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => element.classList.remove('on'), 2500) as unknown as number;
}

export function openDialog(title: string, ...children: readonly Child[]): HTMLDialogElement {
  const dialog = byId<HTMLDialogElement>('dialog');
  dialog.replaceChildren(h('h2', { id: 'dialog-title' }, title), ...children.filter((child) => child instanceof Node));
  if (!dialog.open) dialog.showModal();
  return dialog;
}

const COUNT = new Intl.NumberFormat('en', { useGrouping: true });
export const count = (n: number): string => COUNT.format(n).replaceAll(',', '\u202f');

export const plural = (n: number, what: string): string => `${count(n)} ${what}${n === 1 ? '' : 's'}`;

export function roleClass(role: string): string {
  return ['driver', 'jobmanager', 'taskmanager'].includes(role) ? `role-${role}` : 'role-other';
}

export function roleName(role: string): string {
  const names: Record<string, string> = { driver: 'Driver', jobmanager: 'JobManager', taskmanager: 'TaskManagers' };
  return names[role] ?? role;
}
