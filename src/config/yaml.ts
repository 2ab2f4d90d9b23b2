/**
 * YAML configuration (Fluentd 1.15 and later): `system:` and a list under `config:` of source, match, filter, label and worker,
 * with `$type`, `$tag`, `$arg`… for what v1 syntax writes with `@` and in the head of a section.
 *
 * Gives the same element tree as the v1 parser, with the place of every key. `!include` takes globs of files that hold such lists;
 * `!fluent/s` is text with Ruby inside, `!fluent/json` a value as JSON text. Leaves YAML itself (1.1, as Ruby's) to package yaml.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type Scalar } from 'yaml';
import { Element, type Param, type Place } from './element.ts';
import { includedFiles, type ParseOptions } from './parse.ts';
import { USE_DEFAULT, USE_NIL } from './scanner.ts';

/** Includes may include; a circle is a mistake. */
const MAX_INCLUDE_DEPTH = 32;

const KINDS = new Set(['source', 'match', 'filter', 'label', 'worker']);
const RESERVED: Readonly<Record<string, string>> = {
  $type: '@type',
  $label: '@label',
  $id: '@id',
  $log_level: '@log_level',
};

type Doc = ReturnType<typeof parseDocument>;
type Entry = { readonly key: string; readonly value: Node | null; readonly place: Place };

export function parseYamlConfig(text: string, file: string, options: ParseOptions): Element {
  const root = new Element('ROOT', '', { file, line: 1 });
  const reader = new YamlReader(text, file, options, 0);
  for (const { key, value, place } of reader.entries(reader.contents)) {
    if (key === 'system') root.children.push(reader.section('system', value, place));
    else if (key === 'config') root.children.push(...reader.list(value));
    else options.problems.warn(place, `'${key}' is not used: a configuration has 'system' and 'config'`);
  }
  return root;
}

class YamlReader {
  readonly #file: string;
  readonly #options: ParseOptions;
  readonly #depth: number;
  readonly #lines = new LineCounter();
  readonly #doc: Doc;

  constructor(text: string, file: string, options: ParseOptions, depth: number) {
    this.#file = file;
    this.#options = options;
    this.#depth = depth;
    const settings = { version: '1.1', uniqueKeys: false, logLevel: 'silent', prettyErrors: false } as const;
    this.#doc = parseDocument(text, { ...settings, lineCounter: this.#lines });
    for (const error of this.#doc.errors) {
      options.problems.error({ file, line: this.#lines.linePos(error.pos[0]).line }, `YAML: ${error.message}`);
    }
  }

  get contents(): Node | null {
    return this.#doc.contents;
  }

  /** Sections of a `config:` list; lists inside of it (from includes) count as if written there. */
  list(written: Node | null): Element[] {
    const node = this.#resolve(written);
    if (node?.tag === '!include') return this.#include(node);
    if (isSeq(node)) return node.items.flatMap((item) => this.list(item as Node | null));
    if (isMap(node)) return this.entries(node).flatMap((entry) => this.#directive(entry));
    if (node !== null && !(isScalar(node) && node.value === null))
      this.#options.problems.error(this.#place(node), "'config' must be a list of sections");
    return [];
  }

  #directive({ key, value, place }: Entry): Element[] {
    if (KINDS.has(key)) return [this.section(key, value, place)];
    this.#options.problems.warn(place, `'${key}' is not used: no section of this name can stand here`);
    return [];
  }

  #include(node: Node): Element[] {
    const param: Param = { ...this.#place(node), value: isScalar(node) ? String(node.value) : '', quote: 'none' };
    if (this.#depth >= MAX_INCLUDE_DEPTH) {
      this.#options.problems.error(param, `include error ${param.value} - nested too deep`);
      return [];
    }
    return includedFiles(param, this.#options).flatMap(({ file, text }) => {
      const inner = new YamlReader(text, file, this.#options, this.#depth + 1);
      return inner.list(inner.contents);
    });
  }

  section(name: string, written: Node | null, place: Place): Element {
    const node = this.#resolve(written);
    const element = { arg: '', params: new Map<string, Param>(), children: [] as Element[] };
    if (node !== null && !isMap(node) && !(isScalar(node) && node.value === null))
      this.#options.problems.error(place, `'${name}' must be a mapping`);
    for (const entry of this.entries(node)) {
      const { key } = entry;
      const listed = key === 'config' && (name === 'label' || name === 'worker');
      // Tag patterns are separated by white space, other arguments (chunk keys) by commas.
      if (key === '$tag') element.arg = this.#argument(entry, ' ');
      else if (key === '$arg' || (key === '$name' && name === 'label')) element.arg = this.#argument(entry, ',');
      else if (listed) element.children.push(...this.list(entry.value));
      else this.#content(element, { ...entry, key: RESERVED[key] ?? key });
    }
    return new Element(name, element.arg, place, element.params, element.children);
  }

  #content(into: { params: Map<string, Param>; children: Element[] }, { key, value, place }: Entry): void {
    const node = this.#resolve(value);
    const plain = node?.tag?.startsWith('!fluent/') ?? false;
    if (!plain && isMap(node)) into.children.push(this.section(key, node, place));
    else if (!plain && isSeq(node) && node.items.some((item) => isMap(item) || isSeq(item)))
      into.children.push(...node.items.map((item) => this.section(key, item as Node, this.#place(item as Node))));
    else into.params.set(key, this.#param(node, place));
  }

  #param(node: Node | null, place: Place): Param {
    if (node?.tag === '!fluent/json' || isSeq(node) || isMap(node))
      return { ...place, value: JSON.stringify(this.#plain(node)), quote: 'json' };
    if (node?.tag === '!fluent/s') return this.#ruby(node as Scalar, place);
    if (!isScalar(node) || node.value === null)
      return { ...place, value: '', quote: 'none', marker: 'nil', literal: null };
    const quoted = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE';
    return { ...place, value: scalarText(node), quote: quoted ? 'single' : 'none', ...literalOf(node) };
  }

  /** The text is what stands between Ruby's double quotes. */
  #ruby(node: Scalar, place: Place): Param {
    const param: Param = { ...place, value: '', quote: 'double' };
    try {
      const value = this.#options.embed(`"${node.value}"`, place);
      if (value === USE_NIL) return { ...param, marker: 'nil' };
      if (value === USE_DEFAULT) return { ...param, marker: 'default' };
      const again = () => this.#options.embed(`"${node.value}"`, place) as string;
      return Object.defineProperty({ ...param, value }, 'again', { value: again, enumerable: false });
    } catch (error) {
      this.#options.problems.error(place, error instanceof Error ? error.message : String(error));
      return param;
    }
  }

  /** A node as the value that JSON writes, with `!fluent/s` evaluated at any depth. */
  #plain(written: Node | null): unknown {
    const node = this.#resolve(written);
    if (node?.tag === '!fluent/s') return this.#ruby(node as Scalar, this.#place(node)).value;
    if (isSeq(node)) return node.items.map((item) => this.#plain(item as Node | null));
    if (isMap(node)) return Object.fromEntries(this.entries(node).map(({ key, value }) => [key, this.#plain(value)]));
    if (!isScalar(node)) return null;
    if (isLetter(node)) return scalarText(node);
    return node.value instanceof Date || typeof node.value === 'bigint' ? scalarText(node) : node.value;
  }

  #argument({ value, place }: Entry, separator: string): string {
    const node = this.#resolve(value);
    const items = isSeq(node) ? (node.items as Node[]) : [node];
    return items.map((item) => this.#param(this.#resolve(item), place).value).join(separator);
  }

  /** Keys and values of a mapping; `<<` takes over those of other mappings. */
  entries(written: Node | null): Entry[] {
    const node = this.#resolve(written);
    if (!isMap(node)) return [];
    return (node.items as Pair<Node, Node | null>[]).flatMap((pair) => {
      const key = isScalar(pair.key) ? scalarText(pair.key) : String(pair.key);
      if (key !== '<<') return [{ key, value: pair.value, place: this.#place(pair.key) }];
      const merged = this.#resolve(pair.value);
      return isSeq(merged) ? merged.items.flatMap((item) => this.entries(item as Node)) : this.entries(merged);
    });
  }

  #resolve(node: Node | null): Node | null {
    return isAlias(node) ? (node.resolve(this.#doc) ?? null) : node;
  }

  #place(node: Node): Place {
    return { file: this.#file, line: this.#lines.linePos(node.range?.[0] ?? 0).line };
  }
}

/** Numbers as Ruby prints them after reading: `0644` is 420, `1_000` is 1000, while `1.50` keeps its text. */
function scalarText(node: Scalar): string {
  const { value, source } = node;
  if (isLetter(node)) return source ?? '';
  if (typeof value === 'number' && Number.isSafeInteger(value) && !/[.e]/i.test(source ?? '')) return String(value);
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Date) return source ?? String(value);
  return typeof value === 'symbol' ? (value.description ?? '') : String(value);
}

/** Whole numbers beyond 2^53 keep their digits; `1e3` is text to Ruby, which wants a point. */
function literalOf(node: Scalar): Pick<Param, 'literal'> {
  const { value, source = '' } = node;
  if (typeof value === 'boolean') return isLetter(node) ? {} : { literal: value };
  if (typeof value !== 'number') return {};
  if (Number.isInteger(value) && /^[-+]?\d+$/.test(source) && !Number.isSafeInteger(value))
    return { literal: BigInt(source) };
  return /^[^.]*e/i.test(source) && !/^0x/i.test(source) ? {} : { literal: value };
}

/** YAML 1.1 says that `y` and `n` are booleans; Ruby takes them for strings. */
function isLetter(node: Scalar): boolean {
  return typeof node.value === 'boolean' && /^[yn]$/i.test(node.source ?? '');
}
