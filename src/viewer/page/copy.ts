/// <reference lib="dom" />
/** Taking lines out of the page: the clipboard and files. */

import { plain } from './ansi.ts';
import { open, type Query } from './api.ts';
import { count, h, openDialog, toast } from './dom.ts';
import type { LogModel } from './model.ts';

/** What a browser can show at once, where it does not let the page copy. */
const MOST_SHOWN = 1_000_000;

export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(`Copied ${what}`);
  } catch {
    const pre = h('pre', { tabindex: 0 });
    pre.textContent = text.slice(0, MOST_SHOWN);
    const close = h('form', { method: 'dialog' }, h('button', {}, 'Close'));
    openDialog('The browser does not let the page copy: select it here', pre, close);
  }
}

/** What is shown, as text. */
export async function copyShown({ view, text }: LogModel): Promise<void> {
  await copy(view.map((line) => `${plain(text[line]!)}\n`).join(''), `${count(view.length)} lines`);
}

/** Through fetch, since a token cannot be put into a link. */
export async function download(path: string, query: Query): Promise<void> {
  toast('Preparing the file');
  try {
    const answer = await open(path, { ...query, download: 'gzip' });
    const name = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1] ?? 'logs.gz';
    const link = h('a', { href: URL.createObjectURL(await answer.blob()), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  } catch (error) {
    toast((error as Error).message);
  }
}
