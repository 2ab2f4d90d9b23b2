/** The live view: on a terminal the same lines again and again, elsewhere a line every ten seconds. */
import type { AgentNumbers } from './metrics.ts';

export interface Shown {
  readonly written: number;
  readonly rotations: number;
  readonly pods: number;
  readonly stored: number;
  readonly sample: unknown;
  readonly agent: AgentNumbers | undefined;
}

export interface Links {
  readonly folder: string;
  readonly store: string;
  /** The viewer's page. */
  readonly page: string;
}

const PLAIN_EVERY = 10;

export class Screen {
  readonly #out: NodeJS.WriteStream;
  readonly #links: Links;
  #count = 0;

  constructor(out: NodeJS.WriteStream, links: Links) {
    this.#out = out;
    this.#links = links;
    out.write(`node   ${links.folder}\nstore  ${links.store}\npage   ${links.page}\nCtrl-C stops.\n\n`);
    if (out.isTTY) out.write('\x1b[2J');
  }

  show(shown: Shown): void {
    const first = this.#count++ % PLAIN_EVERY === 0;
    if (this.#out.isTTY)
      this.#out.write(
        `\x1b[H${this.#lines(shown)
          .map((line) => `${line.slice(0, this.#out.columns)}\x1b[K\n`)
          .join('')}\x1b[J`,
      );
    else if (first)
      this.#out.write(
        `${numbers(shown)
          .map(([name, value]) => `${name} ${value}`)
          .join(', ')}\n`,
      );
  }

  end(): void {
    this.#out.write('\nstopping\n');
  }

  #lines(shown: Shown): string[] {
    const { folder, store, page } = this.#links;
    const sample = shown.sample === undefined ? ['none yet'] : JSON.stringify(shown.sample, null, 2).split('\n');
    return [
      ...['sluice: a node in miniature, the article’s configuration, the embedded store', ''],
      ...[`page             ${page}`, `store            ${store}`, `node             ${folder}`, ''],
      ...numbers(shown).map(([name, value]) => `${name.padEnd(16)} ${value}`),
      ...['', 'newest document', ...sample, '', 'Ctrl-C stops.'],
    ];
  }
}

function numbers({ written, rotations, pods, stored, agent }: Shown): [string, string][] {
  return [
    ['pods', `${pods}`],
    ['lines written', `${written} (${rotations} rotations)`],
    ['files followed', `${agent?.files ?? '?'}`],
    ['lines read', `${agent?.lines ?? '?'}`],
    ['bytes unread', `${agent?.unread ?? '?'}`],
    ['buffer', `${agent?.buffered ?? '?'} bytes`],
    ['documents stored', `${stored}`],
    ['agent memory', `${Math.round((agent?.memory ?? 0) / 2 ** 20)} MiB`],
  ];
}
