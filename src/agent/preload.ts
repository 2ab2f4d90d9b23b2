/** Loads the code of every plugin type that a configuration names, and of those that plugins fall back to. */
import type { Element } from '../config/element.ts';
import { typeOf } from './host.ts';
import type { Kind, Loaded } from './registry.ts';
import { SECTION_KINDS } from './section-kinds.ts';

/** Types that plugins use without naming them; each is small. */
const FALLBACKS: readonly [Kind, string][] = [
  ['parser', 'none'],
  ['parser', 'regexp'],
  ['parser', 'json'],
  ['formatter', 'json'],
  ['formatter', 'out_file'],
  ['formatter', 'stdout'],
  ['formatter', 'single_value'],
];

/** Types that one plugin falls back to where its section names none. */
const OWN_FALLBACKS: Readonly<Record<string, readonly [Kind, string][]>> = {
  'input/syslog': [['parser', 'syslog']],
  'input/exec': [['parser', 'tsv']],
  'output/exec': [['formatter', 'tsv']],
};

export async function preload(root: Element, loaded: Loaded): Promise<void> {
  const wanted: [Kind, string][] = [...FALLBACKS];
  visit(root, (element) => {
    const kind = SECTION_KINDS[element.name];
    const type = typeOf(element);
    if (kind !== undefined && type !== undefined) wanted.push([kind, type]);
    wanted.push(...(OWN_FALLBACKS[`${kind}/${type}`] ?? []));
    // The stdout formatter's inner one.
    const inner = element.text('output_type');
    if (inner !== undefined) wanted.push(['formatter', inner]);
    // That of kafka_buffered.
    const data = element.text('output_data_type');
    if (data !== undefined) wanted.push(['formatter', data]);
  });
  await Promise.all(wanted.map(([kind, type]) => loaded.load(kind, type)));
}

function visit(element: Element, see: (element: Element) => void): void {
  see(element);
  for (const child of element.children) visit(child, see);
}
