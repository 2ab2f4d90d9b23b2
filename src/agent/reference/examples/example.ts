/** A plugin's example in its reference page; a test checks each as a dry run does, and that it does what it says. */
export interface Example {
  /** What it is for, one sentence; the page shows it above the configuration. */
  readonly doc: string;
  /** A section (`<source>`, `<parse>` …), with what it needs around it. */
  readonly config: string;
  /** Parsers: lines that go in, and the records that come of them. */
  readonly lines?: readonly string[];
  /** Filters: records that go in; formatters: the one that is written. */
  readonly given?: readonly object[];
  /** Records that come out. */
  readonly records?: readonly object[];
  /** Formatters: what is written. */
  readonly text?: string;
  /** Parsers: the time of the (last) record; ISO. */
  readonly time?: string;
}

/** By plugin type. */
export type Examples = Readonly<Record<string, Example>>;
