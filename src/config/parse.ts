/**
 * Fluentd's v1 configuration syntax: text → element tree. Wrong lines are reported with their place and skipped, so that
 * all of a file's problems come at once. Includes are read through the caller's `files`.
 */
import path from 'node:path';
import { Element, type Param } from './element.ts';
import type { Problems } from './problems.ts';
import { type Embed, Scanner, SyntaxProblem } from './scanner.ts';

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

  constructor(text: string, file: string, options: ParseOptions, depth: number) {
    this.#scanner = new Scanner(text, file, options.embed);
    this.#options = options;
    this.#depth = depth;
  }

  /** Reads parameters and sections into `element`, up to its end tag; the root and an included file end with the text. */
  body(element: Element, closing?: string): void {
    const s = this.#scanner;
    for (s.skipBlank(); !s.done; s.skipBlank()) {
      try {
        if (this.#statement(element, closing)) return;
      } catch (error) {
        if (!(error instanceof SyntaxProblem)) throw error;
        this.#options.problems.error({ file: s.file, line: error.line }, error.message);
        s.skipLine();
      }
    }
    if (closing !== undefined) {
      this.#options.problems.error(element, `expected </${closing}> for <${closing}>, but the file ends`);
    }
  }

  /** True when the statement was the end tag of `closing`. */
  #statement(element: Element, closing: string | undefined): boolean {
    const s = this.#scanner;
    const end = s.take(/<\/\s*([\w.-]*)\s*>[ \t]*(?:#[^\n]*)?/y);
    if (end !== undefined) {
      if (end[1] === closing) return true;
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
    const key = s.take(/[^\s<>]\S*/y)?.[0] ?? s.fail('expected a parameter or a section');
    if (key === '@include' || (key === 'include' && element.name !== 'record')) {
      this.#include(s.value(), element);
      return;
    }
    const value = s.value();
    const old = element.params.get(key);
    // The last of two equal keys wins and keeps the first one's place in the order, as in a Ruby Hash.
    element.params.set(key, old === undefined ? value : { ...value });
  }

  #include(param: Param, element: Element): void {
    const { files, problems } = this.#options;
    if (this.#depth >= MAX_INCLUDE_DEPTH)
      return problems.error(param, `@include ${param.value}: includes are nested too deep`);
    if (/^https?:/.test(param.value))
      return problems.error(param, `@include ${param.value}: only files can be included`);
    const pattern = path.resolve(path.dirname(param.file), param.value.replace(/^file:\/\//, ''));
    // A plain file that is missing is ignored silently, as in Fluentd.
    for (const file of files.glob(pattern)) {
      let text: string;
      try {
        text = files.read(file);
      } catch (error) {
        problems.error(param, `@include ${param.value}: ${(error as Error).message}`);
        continue;
      }
      new Reader(text, file, this.#options, this.#depth + 1).body(element);
    }
  }
}
