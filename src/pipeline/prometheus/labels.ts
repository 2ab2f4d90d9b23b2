/**
 * `<labels>` of the prometheus plugins: constants, `${tag}`, `${tag_parts[1]}`, `${hostname}`, `${key}` and record accessors, compiled once
 * per tag.
 *
 * Guarantees: placeholders of the tag, the host and the worker come from there alone: no record can forge them, whatever its
 * keys are called.
 */
import os from 'node:os';
import type { Element } from '../../config/element.ts';
import { rubyToS } from '../../ruby/to-s.ts';
import { Accessor } from '../core/accessor.ts';
import { PluginConfigError } from '../core/errors.ts';
import { LogEvent } from '../core/event.ts';
import { isHash, type Value } from '../core/value.ts';
import type { Labels } from '../plugin.ts';

/** Label → its text as configured. */
export type LabelTexts = ReadonlyMap<string, string>;
export interface LabelsOf {
  (event: LogEvent): Labels;
  /** The labels of every event of the tag, where none depends on the record. */
  readonly fixed: Labels | undefined;
}

export interface LabelContext {
  readonly workerId: number;
  readonly workers: number;
}

const PLACEHOLDER = /\$\{[^[}]+(?:\[[^\]]+\])?\}/g;
const TAG_PLACEHOLDER = /^\$\{tag(?:_parts|_prefix|_suffix)?(?:\[[^\]]*\])?\}$/;

export function isAccessor(text: string): boolean {
  return text.startsWith('$.') || text.startsWith('$[');
}

/** The `<labels>` of an element; with several workers every metric gets `worker_id`. */
export function labelTexts(element: Element, context: LabelContext): Map<string, string> {
  const sections = element.children.filter((child) => child.name === 'labels');
  if (sections.length > 1) throw new PluginConfigError('labels section must have at most 1');
  const texts = new Map([...(sections[0]?.params ?? [])].map(([name, param]): [string, string] => [name, param.value]));
  if (context.workers > 1) texts.set('worker_id', String(context.workerId));
  return texts;
}

/** Labels of monitors, which have neither tag nor record. */
export function constantLabels(element: Element, context: LabelContext, type: string): Labels {
  const known = hostPlaceholders(context);
  return Object.fromEntries(
    [...labelTexts(element, context)].map(([name, text]) => {
      if (isAccessor(text)) throw new PluginConfigError(`record accessor syntax is not available in ${type}`);
      return [name, text.replace(PLACEHOLDER, (all) => known.get(all) ?? all)];
    }),
  );
}

export function compileLabels(texts: LabelTexts, tag: string, context: LabelContext): LabelsOf {
  const known = new Map([...hostPlaceholders(context), ...tagPlaceholders(tag)]);
  const parts = [...texts].map(([name, text]): [string, string | FieldLabel] => [name, compile(text, known)]);
  const of = (event: LogEvent) => {
    const labels: Labels = {};
    for (const [name, value] of parts) labels[name] = typeof value === 'string' ? value : value(event);
    return labels;
  };
  const fixed = parts.every(([, value]) => typeof value === 'string') ? of(NO_RECORD) : undefined;
  return Object.assign(of, { fixed });
}

type FieldLabel = (event: LogEvent) => string;
const NO_RECORD = LogEvent.from(0, 0, {});

function hostPlaceholders({ workerId }: LabelContext): Map<string, string> {
  return new Map([
    ['${hostname}', os.hostname()],
    ['${worker_id}', String(workerId)],
  ]);
}

function tagPlaceholders(tag: string): Map<string, string> {
  const parts = tag.split('.');
  const found = new Map([['${tag}', tag]]);
  for (const [i, part] of parts.entries()) {
    found.set(`\${tag_parts[${i}]}`, part).set(`\${tag_parts[${i - parts.length}]}`, part);
    found.set(`\${tag_prefix[${i}]}`, parts.slice(0, i + 1).join('.'));
    found.set(`\${tag_suffix[${i}]}`, parts.slice(parts.length - 1 - i).join('.'));
  }
  return found;
}

function compile(text: string, known: ReadonlyMap<string, string>): string | FieldLabel {
  if (isAccessor(text)) {
    const accessor = new Accessor(text);
    return (event) => rubyToS(accessor.get(event));
  }
  const fixed = text.replace(PLACEHOLDER, (all) => known.get(all) ?? all);
  const open = [...text.matchAll(PLACEHOLDER)].some(([all]) => !known.has(all) && !TAG_PLACEHOLDER.test(all));
  if (!open) return fixed;
  return (event) =>
    text.replace(PLACEHOLDER, (all) => known.get(all) ?? (TAG_PLACEHOLDER.test(all) ? all : field(all, event)));
}

/** `${key}`, `${key["inner"]}`, `${key[0]}`; what the record does not have stays as it is written. */
function field(placeholder: string, event: LogEvent): string {
  const inner = placeholder.slice(2, -1);
  const [, key = inner, index] = /^([^[]+)\[(.+)\]$/.exec(inner) ?? [];
  const value = event.get(key);
  const found = index === undefined ? scalar(value) : element(value, index);
  return found === undefined ? placeholder : rubyToS(found);
}

/** Hashes and arrays have placeholders for their elements only. */
function scalar(value: Value | undefined): Value | undefined {
  return isHash(value) || Array.isArray(value) ? undefined : value;
}

function element(value: Value | undefined, index: string): Value | undefined {
  if (Array.isArray(value)) return /^-?\d+$/.test(index) ? (value as readonly Value[]).at(Number(index)) : undefined;
  const key = /^"(.*)"$/.exec(index)?.[1];
  return isHash(value) && key !== undefined && Object.hasOwn(value, key) ? value[key] : undefined;
}
