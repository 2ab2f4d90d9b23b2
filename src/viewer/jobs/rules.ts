/** Job rules: YAML text → a function from a container to its job, role and attempt. All problems are told at once, with their lines. */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import type { Problems } from '../../config/problems.ts';

/** What a rule may look at. */
export interface PodFacts {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly labels: Readonly<Record<string, unknown>>;
}

export interface Placement {
  readonly job: string;
  readonly role: string;
  readonly attempt: number | undefined;
  readonly rule: string;
}

/** Whether a job of the container's namespace has a role by other rules. */
export type HasRole = (job: string, role: string) => boolean;

export type PlaceInJob = (facts: PodFacts, has: HasRole) => Placement | undefined;

interface Rule {
  readonly name: string;
  readonly labels: readonly { readonly label: string; readonly pattern: RegExp }[];
  readonly namespace: RegExp | undefined;
  readonly container: RegExp | undefined;
  readonly pod: RegExp | undefined;
  readonly job: string;
  readonly role: string;
  readonly attempt: string | undefined;
  readonly beside: string | undefined;
}

const TEXT_KEYS = ['name', 'namespace', 'container', 'pod', 'job', 'role', 'attempt', 'beside'] as const;
type TextKey = (typeof TEXT_KEYS)[number];

/** Gives rules of what is right and puts what is wrong into `problems`: then the rules must not be used. */
export function parseRules(text: string, file: string, problems: Problems): PlaceInJob {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineOf = (node: unknown) => {
    const at = (node as Node | undefined)?.range?.[0];
    return { file, line: at === undefined ? 1 : lines.linePos(at).line };
  };
  for (const error of document.errors)
    problems.error({ file, line: lines.linePos(error.pos[0]).line }, `YAML: ${error.message}`);
  const root = document.contents;
  const list = isMap(root) ? root.get('rules', true) : undefined;
  if (isMap(root))
    for (const { key } of root.items)
      if (String(key) !== 'rules') problems.warn(lineOf(key), `'${String(key)}' is not used: the file holds 'rules'`);
  if (!isSeq(list)) {
    problems.error(lineOf(list ?? root), "'rules' must be a list");
    return () => undefined;
  }
  const rules: Rule[] = [];
  for (const item of list.items) {
    if (isMap(item)) {
      const rule = readRule(item, problems, lineOf);
      if (rule !== undefined) rules.push(rule);
    } else problems.error(lineOf(item), 'a rule must be a mapping');
  }
  return (facts, has) => {
    for (const rule of rules) {
      const placed = apply(rule, facts, has);
      if (placed !== undefined) return placed;
    }
    return undefined;
  };
}

function readRule(map: YAMLMap, problems: Problems, lineOf: (node: unknown) => { file: string; line: number }) {
  const texts = new Map<TextKey, string>();
  const labels: { label: string; pattern: RegExp }[] = [];
  const place = lineOf(map);
  for (const { key, value } of map.items) {
    const name = String(key);
    if (name === 'labels') {
      if (!isMap(value)) problems.error(lineOf(value ?? key), "'labels' must be a mapping of label to pattern");
      else
        for (const pair of value.items)
          labels.push({ label: String(pair.key), pattern: shellPattern(String(pair.value)) });
    } else if (!TEXT_KEYS.includes(name as TextKey)) problems.warn(lineOf(key), `'${name}' in a rule is not used`);
    else if (!isScalar(value)) problems.error(lineOf(key), `'${name}' must be text`);
    else texts.set(name as TextKey, String(value.value));
  }
  for (const needed of ['job', 'role'] as const)
    if (!texts.has(needed)) problems.error(place, `a rule needs '${needed}'`);
  if (labels.length === 0 && !texts.has('pod') && !texts.has('namespace') && !texts.has('container'))
    problems.error(place, "a rule needs 'labels', 'pod', 'namespace' or 'container'");
  let pod: RegExp | undefined;
  try {
    if (texts.has('pod')) pod = new RegExp(texts.get('pod')!);
  } catch (error) {
    problems.error(place, `'pod' is no regular expression: ${(error as Error).message}`);
  }
  const pattern = (name: TextKey) => (texts.has(name) ? shellPattern(texts.get(name)!) : undefined);
  return {
    name: texts.get('name') ?? `line ${place.line}`,
    ...{ labels, pod, namespace: pattern('namespace'), container: pattern('container') },
    ...{ job: texts.get('job') ?? '', role: texts.get('role') ?? '' },
    ...{ attempt: texts.get('attempt'), beside: texts.get('beside') },
  } satisfies Rule;
}

function apply(rule: Rule, facts: PodFacts, has: HasRole): Placement | undefined {
  if (rule.namespace?.test(facts.namespace) === false || rule.container?.test(facts.container) === false)
    return undefined;
  for (const { label, pattern } of rule.labels) {
    const value = facts.labels[label];
    if (typeof value !== 'string' || !pattern.test(value)) return undefined;
  }
  const match = rule.pod?.exec(facts.pod);
  if (match === null) return undefined;
  const fill = (template: string) =>
    template.replace(/\{([^}]+)\}/g, (_, name: string) => {
      const value = name.startsWith('label.') ? facts.labels[name.slice(6)] : match?.groups?.[name];
      return typeof value === 'string' ? value : '';
    });
  const job = fill(rule.job);
  const role = fill(rule.role);
  if (job === '' || role === '') return undefined;
  if (rule.beside !== undefined && !has(job, rule.beside)) return undefined;
  const attempt = rule.attempt === undefined ? Number.NaN : Number.parseInt(fill(rule.attempt), 10);
  return { job, role, attempt: Number.isNaN(attempt) ? undefined : attempt, rule: rule.name };
}

function shellPattern(text: string): RegExp {
  const source = text
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}
