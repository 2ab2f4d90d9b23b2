/**
 * Prometheus' text format, as Ruby's client writes it: TYPE before HELP, every value a float (`3.0`), `le` the last label,
 * so that what reads Fluentd's answer reads ours.
 */

import { Float } from '../../pipeline/core/value.ts';
import { rubyToS } from '../../ruby/to-s.ts';

export interface Sample {
  readonly value: number;
  readonly labels: Readonly<Record<string, unknown>>;
  /** Name of a histogram's parts (`…_bucket`); absent: the metric's own. */
  readonly metricName?: string;
}

export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly samples: readonly Sample[];
}

export function exposition(families: readonly Family[]): string {
  let out = '';
  for (const { name, help, type, samples } of families) {
    out += `# TYPE ${name} ${type}\n# HELP ${name} ${escapeHelp(help)}\n`;
    for (const sample of samples)
      out += `${sample.metricName ?? name}${labelText(sample.labels)} ${numberText(sample.value)}\n`;
  }
  return out;
}

function labelText(labels: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(labels);
  if (entries.length === 0) return '';
  const ordered = [...entries.filter(([name]) => name !== 'le'), ...entries.filter(([name]) => name === 'le')];
  return `{${ordered.map(([name, value]) => `${name}="${escapeLabel(rubyToS(value))}"`).join(',')}}`;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return rubyToS(Number.isInteger(value) ? new Float(value) : value);
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}

const COMMENT = /^# (?:HELP|TYPE) (\S+)/;

/** Answers of several workers as one: each family's comments once, its samples together. */
export function mergeExpositions(texts: readonly string[]): string {
  const families = new Map<string, { comments: string[]; samples: string[] }>();
  for (const text of texts) {
    let family: { comments: string[]; samples: string[] } | undefined;
    for (const line of text.split('\n')) {
      const name = COMMENT.exec(line)?.[1];
      if (name !== undefined) {
        family = families.get(name) ?? { comments: [], samples: [] };
        families.set(name, family);
        if (!family.comments.includes(line) && family.samples.length === 0) family.comments.push(line);
      } else if (line !== '') family?.samples.push(line);
    }
  }
  return [...families.values()].map(({ comments, samples }) => `${[...comments, ...samples].join('\n')}\n`).join('');
}
