/** `filter_path` of a request: which members of an answer are wanted, by dotted paths with `*` in names and `**` over levels. */
import { wildcardToRegExp } from './document/values.ts';
import { illegalArgument } from './errors.ts';
import { isObject, type Json, type JsonObject } from './json.ts';

/** A path's parts; `null` stands for `**`. */
type Path = readonly (RegExp | null)[];

export class FilterPath {
  readonly #paths: readonly Path[];

  private constructor(paths: readonly Path[]) {
    this.#paths = paths;
  }

  /** Undefined where everything is wanted. @throws StoreError */
  static of(given: string | null): FilterPath | undefined {
    if (given === null || given === '') return undefined;
    const texts = given.split(',').filter(Boolean);
    if (texts.some((text) => text.startsWith('-')))
      throw illegalArgument('filter_path that leaves out is not supported by the embedded store');
    return new FilterPath(
      texts.map((text) => text.split('.').map((part) => (part === '**' ? null : wildcardToRegExp(part)))),
    );
  }

  /** What is wanted below a member; `true` for all of it, undefined for nothing. */
  enter(name: string): FilterPath | true | undefined {
    const inner: Path[] = [];
    for (const path of this.#paths) {
      for (const rest of stepsInto(path, name)) {
        if (rest.length === 0) return true;
        inner.push(rest);
      }
    }
    return inner.length === 0 ? undefined : new FilterPath(inner);
  }

  /** Whether something in the value at a path is wanted and something may be not. */
  cuts(...path: readonly string[]): boolean {
    let at: FilterPath | true | undefined = this;
    for (const name of path) at = at === true ? true : at?.enter(name);
    return at !== true && at !== undefined;
  }

  /** Undefined where nothing is left: such members are left out. */
  apply(value: Json): Json | undefined {
    if (Array.isArray(value)) {
      const kept = value.flatMap((one) => this.apply(one) ?? []);
      return kept.length > 0 ? kept : undefined;
    }
    if (!isObject(value)) return undefined;
    const kept: JsonObject = {};
    for (const [name, one] of Object.entries(value)) {
      const inner = this.enter(name);
      const left = inner === true ? one : inner?.apply(one);
      if (left !== undefined) kept[name] = left;
    }
    return Object.keys(kept).length > 0 ? kept : undefined;
  }
}

/** What is left of a path behind a name that fits its beginning. */
function stepsInto(path: Path, name: string): Path[] {
  const [head, ...rest] = path;
  if (head === undefined) return [];
  if (head !== null) return head.test(name) ? [rest] : [];
  // `**` takes the name and stays, or takes none and lets what follows fit.
  return rest.length === 0 ? [[]] : [path, ...stepsInto(rest, name)];
}
