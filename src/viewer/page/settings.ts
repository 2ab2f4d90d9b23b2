/// <reference lib="dom" />
/** What a visitor chose: theme, time zone, wrapping. Kept in the browser; a token only for the life of its tab. */

export interface Settings {
  theme: 'dark' | 'light';
  utc: boolean;
  wrap: boolean;
  folded: boolean;
}

const KEY = 'sluice-settings';
const systemTheme = () => (matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark');

function read(): Partial<Settings> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Settings>;
  } catch {
    return {};
  }
}

export const settings: Settings = { theme: systemTheme(), utc: true, wrap: false, folded: true, ...read() };

export function change(changes: Partial<Settings>): void {
  Object.assign(settings, changes);
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Storage is switched off: the choice lasts as long as the page.
  }
}

export function token(): string {
  try {
    return sessionStorage.getItem('sluice-token') ?? '';
  } catch {
    return '';
  }
}

export function setToken(value: string): void {
  try {
    sessionStorage.setItem('sluice-token', value);
  } catch {
    // Then it is asked for again.
  }
}

const pad = (n: number, digits = 2) => String(n).padStart(digits, '0');

export function clock(ms: number): string {
  const d = new Date(ms);
  return settings.utc
    ? d.toISOString().slice(11, 23)
    : `${pad(d.getHours())}:${pad(d.getMinutes())}:${pad(d.getSeconds())}.${pad(d.getMilliseconds(), 3)}`;
}

export function dateAndTime(ms: number): string {
  const d = new Date(ms);
  if (settings.utc) return d.toISOString().slice(0, 19).replace('T', ' ');
  return `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())} ${clock(ms).slice(0, 8)}`;
}

export function ago(ms: number): string {
  if (ms === 0) return 'no time';
  const s = Math.max(0, (Date.now() - ms) / 1000);
  if (s < 60) return `${Math.floor(s)} s ago`;
  if (s < 3600) return `${Math.floor(s / 60)} min ago`;
  return s < 172_800 ? `${Math.floor(s / 3600)} h ago` : `${Math.floor(s / 86_400)} days ago`;
}
