/**
 * Schemas: what parameters and sections a plugin takes. One schema gives types, defaults, validation and reference docs.
 * Keys keep Fluentd's snake_case; a default is written as config text and goes through the same parser as the file's.
 */
import type { Element } from './element.ts';

export type ParamType =
  | 'string'
  | 'integer'
  | 'float'
  | 'size'
  | 'bool'
  | 'time'
  | 'enum'
  | 'array'
  | 'hash'
  | 'regexp'
  | 'symbol';

export interface ParamSpec {
  readonly type: ParamType;
  /** Config text; without default and `required` the value may be undefined. */
  readonly default?: string;
  readonly required?: true;
  /** Values of an enum. */
  readonly values?: readonly string[];
  /** Element type of an array. */
  readonly of?: ParamType;
  /** Never printed: shown as xxxxxx. */
  readonly secret?: true;
  readonly alias?: string;
  /** What to use instead. */
  readonly deprecated?: string;
  readonly doc: string;
  /** How Fluentd's parameter of this name differs; 'ignored': accepted without effect. Absent: the same. */
  readonly fluentd?: string;
}

export interface SectionSpec {
  readonly doc: string;
  readonly params: Readonly<Record<string, ParamSpec>>;
  readonly sections?: Readonly<Record<string, SectionSpec>>;
  readonly required?: true;
  /** The section may stand more than once. */
  readonly multi?: true;
  /** Any parameter is allowed (`<record>`; sections of inner plugins, which are checked against the plugin's own schema). */
  readonly anyParam?: true;
  /** The section configures a plugin of this kind. */
  readonly plugin?: 'parser' | 'formatter' | 'buffer' | 'output' | 'storage' | 'filter' | 'service_discovery';
}

/** A regexp parameter as written: not yet compiled, since Onigmo is not JavaScript. */
export interface RegexpText {
  readonly source: string;
  readonly flags: string;
}

interface Values {
  string: string;
  symbol: string;
  integer: number;
  float: number;
  /** Bytes. */
  size: number;
  bool: boolean;
  /** Seconds. */
  time: number;
  array: readonly string[];
  hash: Readonly<Record<string, unknown>>;
  regexp: RegexpText;
}

type ValueOf<P extends ParamSpec> = P['type'] extends 'enum'
  ? P extends { values: readonly (infer V)[] }
    ? V
    : string
  : P['type'] extends keyof Values
    ? P['type'] extends 'array'
      ? P extends { of: 'integer' | 'float' | 'size' | 'time' }
        ? readonly number[]
        : readonly string[]
      : Values[P['type']]
    : never;

type Present<P extends ParamSpec> = P extends { default: string } ? true : P extends { required: true } ? true : false;

type ParamValues<S extends SectionSpec> = {
  readonly [K in keyof S['params']]: Present<S['params'][K]> extends true
    ? ValueOf<S['params'][K]>
    : ValueOf<S['params'][K]> | undefined;
};

/** The checked configuration of a section: typed parameters, the raw element and its checked sub-sections. */
export type ConfigOf<S extends SectionSpec> = ParamValues<S> & {
  readonly $element: Element;
  readonly $sections: {
    readonly [K in keyof NonNullable<S['sections']>]: NonNullable<S['sections']>[K] extends SectionSpec
      ? readonly ConfigOf<NonNullable<S['sections']>[K]>[]
      : never;
  };
};
