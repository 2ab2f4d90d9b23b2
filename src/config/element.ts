/** A section of a configuration: `<name arg> params, children </name>`, with the place of everything in its file. */

export interface Place {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

export interface Param extends Place {
  readonly value: string;
  readonly quote: 'none' | 'single' | 'double' | 'json';
  /** `"#{use_nil}"`: as if absent with value nil; `"#{use_default}"`: as if absent. */
  readonly marker?: 'nil' | 'default';
  /** The value as the Ruby inside of it gives it now: a secret in a file may have changed. Absent where there is no Ruby. */
  readonly again?: () => string;
  /** In YAML: the number, boolean or null that is written without quotes. The value is its text. */
  readonly literal?: number | bigint | boolean | null;
  /** Was copied into a section when old spellings were rewritten: nobody needs to tell that it is not used here. */
  readonly copied?: true;
}

export class Element implements Place {
  readonly name: string;
  readonly arg: string;
  readonly params: Map<string, Param>;
  readonly children: Element[];
  readonly file: string;
  readonly line: number;

  constructor(
    name: string,
    arg: string,
    place: Place,
    params: Iterable<[string, Param]> = [],
    children: readonly Element[] = [],
  ) {
    this.name = name;
    this.arg = arg;
    this.file = place.file;
    this.line = place.line;
    this.params = new Map(params);
    this.children = [...children];
  }

  /** Text of a parameter; undefined where absent. */
  text(name: string): string | undefined {
    return this.params.get(name)?.value;
  }

  child(name: string): Element | undefined {
    return this.children.find((child) => child.name === name);
  }

  /** An empty section at this element's place, for a plugin that is used with defaults only. */
  bare(name: string, arg = ''): Element {
    return new Element(name, arg, this);
  }

  /** A copy with one parameter more (or replaced), at this element's place. */
  withParam(name: string, value: string): Element {
    const copy = this.copy();
    copy.params.set(name, { value, quote: 'none', file: this.file, line: this.line });
    return copy;
  }

  copy(
    changes: { name?: string; arg?: string; params?: Iterable<[string, Param]>; children?: readonly Element[] } = {},
  ): Element {
    return new Element(
      changes.name ?? this.name,
      changes.arg ?? this.arg,
      this,
      changes.params ?? this.params,
      changes.children ?? this.children,
    );
  }
}
