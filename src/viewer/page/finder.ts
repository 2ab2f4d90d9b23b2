/// <reference lib="dom" />
/** Find: which of the lines match, counted in slices so that a million of them do not hold up the page. */
import { plain } from './ansi.ts';
import { compileFind, type LogModel } from './model.ts';

const SLICE = 20_000;

export class Finder {
  /** Lines (not places in the view) that match, in order. */
  matches: number[] = [];
  compiled: ReturnType<typeof compileFind>;
  error = '';
  isDone = true;
  readonly #model: LogModel;
  readonly #onChange: () => void;
  #next = 0;
  #run = 0;

  constructor(model: LogModel, onChange: () => void) {
    this.#model = model;
    this.#onChange = onChange;
  }

  /** Resolves when all lines were looked at, or something else is looked for. */
  async start(text: string): Promise<void> {
    this.#run++;
    this.matches = [];
    this.#next = 0;
    this.error = '';
    try {
      this.compiled = compileFind(text);
    } catch (error) {
      this.compiled = undefined;
      this.error = (error as Error).message;
    }
    await this.goOn();
  }

  /** Looks at lines that were added since. */
  async goOn(): Promise<void> {
    const run = this.#run;
    const { compiled } = this;
    this.isDone = compiled === undefined;
    while (compiled !== undefined && run === this.#run) {
      const { text, level, hidden } = { text: this.#model.text, level: this.#model.level, hidden: this.#model.hidden };
      const end = Math.min(text.length, this.#next + SLICE);
      for (let i = this.#next; i < end; i++)
        if (!hidden.has(level[i]!) && compiled.test(plain(text[i]!))) this.matches.push(i);
      this.#next = end;
      this.isDone = end === text.length;
      this.#onChange();
      if (this.isDone) return;
      await new Promise((resolve) => setTimeout(resolve));
    }
    if (compiled === undefined) this.#onChange();
  }

  /** The match at or behind a line, or before it; around the end. */
  step(line: number, direction: 1 | -1): number | undefined {
    if (this.matches.length === 0) return undefined;
    const after = this.matches.findIndex((match) => match > line);
    const at = this.matches.findIndex((match) => match >= line);
    if (direction > 0) return this.matches[after < 0 ? 0 : after];
    const before = at < 0 ? this.matches.length - 1 : at - 1;
    return this.matches.at(before < 0 ? -1 : before);
  }
}
