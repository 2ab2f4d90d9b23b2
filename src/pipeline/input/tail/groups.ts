/** `<group>`: how many lines a group of files may bring in each `rate_period`; the first rule that fits a file's path gives its limit. */
import type { ConfigOf } from '../../../config/schema.ts';
import { compileRegexp } from '../../../ruby/regexp.ts';
import type { groupSchema } from './schema.ts';
import type { Lines } from './watcher.ts';

interface Rule {
  readonly match: readonly (readonly [string, RegExp])[];
  readonly limit: number;
}

/** Files whose captures are equal share one allowance. */
interface Usage {
  periodAt: number;
  lines: number;
}

export class Groups {
  readonly #pattern: RegExp;
  readonly #periodMs: number;
  readonly #rules: readonly Rule[];
  readonly #usage = new Map<string, Usage>();

  constructor(config: ConfigOf<typeof groupSchema>) {
    this.#pattern = compileRegexp(config.pattern.source, config.pattern.flags);
    this.#periodMs = config.rate_period * 1000;
    const rules = config.$sections.rule.map((rule) => ({
      match: Object.entries(rule.match).map(([key, text]) => [key, valueRegexp(String(text))] as const),
      limit: rule.limit,
    }));
    // Fluentd takes the rule that says most first.
    this.#rules = rules.sort((a, b) => b.match.length - a.match.length);
  }

  /** As many lines of a block as may go now; an empty block (`to` equals `from`) when the allowance is used up. */
  cut(file: string, block: Lines, nowMs: number): Lines {
    const captures = this.#pattern.exec(file)?.groups;
    if (captures === undefined) return block;
    const rule = this.#rules.find(({ match }) => match.every(([key, value]) => value.test(captures[key] ?? '')));
    if (rule === undefined || rule.limit < 0) return block;
    const usage = this.#usageOf(JSON.stringify(captures), nowMs);
    const allowed = rule.limit - usage.lines;
    let end = 0;
    let lines = 0;
    while (lines < allowed && end < block.text.length) {
      end = block.text.indexOf('\n', end) + 1;
      lines++;
    }
    usage.lines += lines;
    if (end === block.text.length) return block;
    return { text: block.text.slice(0, end), from: block.from, to: end === 0 ? block.from : block.from + end };
  }

  #usageOf(key: string, nowMs: number): Usage {
    let usage = this.#usage.get(key);
    if (usage === undefined || nowMs - usage.periodAt >= this.#periodMs) {
      usage = { periodAt: nowMs, lines: 0 };
      this.#usage.set(key, usage);
      if (this.#usage.size > 10_000) this.#usage.delete(this.#usage.keys().next().value!);
    }
    return usage;
  }
}

function valueRegexp(text: string): RegExp {
  const found = /^\/(.*)\/([im]*)$/s.exec(text);
  return found === null ? compileRegexp(`\\A${RegExp.escape(text)}\\z`) : compileRegexp(found[1]!, found[2]);
}
