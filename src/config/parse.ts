/**
 * Fluentd's v1 configuration syntax: text → element tree. Wrong lines are reported with their place and skipped, so that
 * all of a file's problems come at once. Includes are read through the caller's `files`.
 */
import path from 'node:path';
import { Element, type Param, type Place } from './element.ts';
import type { Problems } from './problems.ts';
import { type Embed, Scanner, SyntaxProblem } from './scanner.ts';
import { masked } from './secrets.ts';

export interface ConfigFiles {
  /** Text of a file. @throws when it cannot be read. */
  read(file: string): string;
  /** Paths that match a glob, sorted. */
  glob(pattern: string): string[];
}

export interface ParseOptions {
  readonly embed: Embed;
  readonly files: ConfigFiles;
  readonly problems: Problems;
}

const RESERVED = new Set(['@type', '@id', '@label', '@log_level']);
const PLUGIN_SECTIONS = new Set(['match', 'source', 'filter', 'system']);

/** Includes may include; a circle is a mistake. */
const MAX_INCLUDE_DEPTH = 32;

export function parseConfig(text: string, file: string, options: ParseOptions): Element {
  const root = new Element('ROOT', '', { file, line: 1 });
  new Reader(text, file, options, 0).body(root);
  return root;
}

class Reader {
  readonly #scanner: Scanner;
  readonly #options: ParseOptions;
  readonly #depth: number;
  /** The element that this text's own top level goes into. */
  #top: Element | undefined;

  constructor(text: string, file: string, options: ParseOptions, depth: number) {
    this.#scanner = new Scanner(text, file, options.embed);
    this.#options = options;
    this.#depth = depth;
  }

  /** Reads parameters and sections into `element`, up to its end tag; the root and an included file end with the text. */
  body(element: Element, closing?: string): void {
    const s = this.#scanner;
    this.#top ??= element;
    for (s.skipBlank(); !s.done; s.skipBlank()) {
      let ended = false;
      this.#guard(() => {
        ended = this.#statement(element, closing);
      });
      if (ended) return;
    }
    if (closing !== undefined) {
      this.#options.problems.error(element, `expected </${closing}> for <${closing}>, but the file ends`);
    }
  }

  /** Tells a wrong line and skips the rest of it. */
  #guard(read: () => void): void {
    const s = this.#scanner;
    try {
      read();
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error;
      this.#options.problems.error({ file: s.file, line: error.line }, error.message);
      s.skipLine();
    }
  }

  /** True when the statement was the end tag of `closing`. */
  #statement(element: Element, closing: string | undefined): boolean {
    const s = this.#scanner;
    const end = s.take(/<\/\s*([\w.-]*)\s*>/y);
    if (end !== undefined) {
      if (end[1] === closing) {
        this.#guard(() => s.lineEnd('after end tag'));
        return true;
      }
      s.fail(
        closing === undefined ? `unmatched end tag </${end[1]}>` : `expected </${closing}> but found </${end[1]}>`,
      );
    }
    if (s.take(/</y) !== undefined) this.#section(element);
    else this.#param(element);
    return false;
  }

  #section(parent: Element): void {
    const s = this.#scanner;
    const place = s.place;
    const name = s.take(/[ \t]*([a-zA-Z0-9_]+)/y)?.[1] ?? s.fail('expected the name of a section after <');
    const element = new Element(name, s.argument(), place);
    parent.children.push(element);
    this.body(element, name);
  }

  #param(element: Element): void {
    const s = this.#scanner;
    const { problems } = this.#options;
    const place = s.place;
    const key = s.key();
    const old = key === 'include' && this.#top === element;
    if (old) problems.warn(place, "'include' is deprecated. Use '@include' instead");
    if (old || key === '@include') {
      this.#include(s.value(), element);
      return;
    }
    if (key.startsWith('@') && !RESERVED.has(key)) this.#reservedPrefix(key, element, place);
    // The last of two equal keys wins and keeps the first one's place in the order, as in a Ruby Hash.
    element.params.set(key, s.value());
  }

  #reservedPrefix(key: string, element: Element, place: Place): void {
    const { problems } = this.#options;
    const text = `'@' is the system reserved prefix. Don't use '@' prefix parameter in the configuration: ${key}`;
    // In nested sections such as <record> Fluentd only warns, and real configurations set @timestamp there.
    if (this.#top === element || PLUGIN_SECTIONS.has(element.name)) problems.error(place, text);
  }

  #include(param: Param, element: Element): void {
    const { problems } = this.#options;
    if (this.#depth >= MAX_INCLUDE_DEPTH) problems.error(param, `include error ${param.value} - nested too deep`);
    else
      for (const { file, text } of includedFiles(param, this.#options))
        new Reader(text, file, this.#options, this.#depth + 1).body(element);
  }
}

/** The files of an include, in the order of their names. A plain file that is missing is ignored silently, as in Fluentd. */
export function includedFiles(include: Param, { files, problems }: ParseOptions): { file: string; text: string }[] {
  if (/^https?:/.test(include.value)) {
    problems.error(include, `include error ${masked(include.value)} - only files can be included`);
    return [];
  }
  return files.glob(includePattern(include)).flatMap((file) => {
    try {
      return [{ file, text: files.read(file) }];
    } catch (error) {
      problems.error(include, `include error ${include.value} - ${(error as Error).message}`);
      return [];
    }
  });
}

/** An include is a path relative to the including file, or a file: URL; either may hold `%20`. */
function includePattern(include: Param): string {
  return path.resolve(path.dirname(include.file), decode(include.value.replace(/^file:\/\//, '')));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
