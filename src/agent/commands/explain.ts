/** `sluice explain -c FILE --tag TAG`: which filters, labels and outputs a tag meets, with every parameter and its source. */
import { explainParams, type Line, placeOf } from '../explain/params.ts';
import { ROOT, routeOf, type Step } from '../explain/route.ts';
import { sectionsOf } from '../graph.ts';
import { typeOf } from '../host.ts';
import type { Loaded } from '../registry.ts';
import type { Command, CommandContext } from './command.ts';
import { configFile, guarded, printErrors, readConfiguration, readWords, UsageError } from './offline.ts';

export const explain: Command = {
  usage: '-c FILE --tag TAG [--label @LABEL] [--short] [--json]',
  doc: 'Tells which filters, labels and outputs a tag meets, and where each parameter comes from.',
  run: (context) => guarded('explain', context, () => run(context)),
};

async function run(context: CommandContext): Promise<number> {
  const words = readWords(context, {
    config: { type: 'string', short: 'c' },
    tag: { type: 'string', short: 't' },
    label: { type: 'string' },
    short: { type: 'boolean' },
    json: { type: 'boolean' },
  });
  const tag = words.text('tag') ?? words.words[0];
  if (tag === undefined) throw new UsageError('--tag TAG is needed');
  const { root, problems, system, loaded } = await readConfiguration(configFile(words, context), context.env);
  const sections = sectionsOf(root, 0, system.workers, (at, text) => problems.error(at, text));
  if (printErrors(problems, context)) return 1;
  const label = words.text('label') ?? ROOT;
  const route = routeOf(sections, tag, label);
  if (words.has('json')) {
    context.print(
      `${JSON.stringify({ tag, route: route.map(({ label: name, steps, end }) => ({ label: name, steps: steps.map((step) => plain(step, loaded)), end })) }, null, 2)}\n`,
    );
    return 0;
  }
  context.print(`tag ${tag}\n`);
  for (const { label: name, steps, end } of route) {
    context.print(`\n${name}\n`);
    for (const step of steps) context.print(stepText(step, loaded, words.has('short')));
    if (end !== undefined) context.print(`  ${end}\n`);
  }
  return 0;
}

function title({ element }: Step): string {
  const id = element.text('@id') ?? element.text('id');
  const what = [element.name, element.arg].filter(Boolean).join(' ');
  return `${what}: ${typeOf(element) ?? '(no type)'}${id === undefined ? '' : ` (${id})`}`;
}

function stepText(step: Step, loaded: Loaded, short: boolean): string {
  const indent = '  '.repeat(step.depth + 1);
  const head = `${indent}${title(step)}`.padEnd(60);
  const lines = short ? [] : explainParams(step.element, loaded);
  return `${head} ${placeOf(step.element)}\n${lines.map((line) => lineText(line, `${indent}  `)).join('')}`;
}

function lineText({ depth, name, value, source }: Line, indent: string): string {
  return `${`${indent}${'  '.repeat(depth)}${name} ${value.replaceAll('\n', '\\n')}`.padEnd(60)} ${source}\n`;
}

function plain(step: Step, loaded: Loaded): unknown {
  return {
    section: step.element.name,
    pattern: step.element.arg,
    type: typeOf(step.element),
    place: placeOf(step.element),
    depth: step.depth,
    parameters: explainParams(step.element, loaded),
  };
}
