/** Which files to follow: globs, comma lists, strftime in the path, excludes; and the tag of a path. */
import fs from 'node:fs';
import path from 'node:path';
import { compileStrftime } from '../../core/strftime.ts';
import { localZone, parseZone } from '../../core/zone.ts';

export interface PathOptions {
  readonly path: string;
  readonly delimiter: string;
  readonly exclude: readonly string[];
  readonly timezone: string | undefined;
  /** Seconds; only files modified since then. */
  readonly recently: number | undefined;
  readonly policy: GlobPolicy;
}

export type GlobPolicy = 'backward_compatible' | 'extended' | 'always';

/** What makes a pattern of a path; other paths are names, whatever characters they hold. */
const GLOBS: Readonly<Record<GlobPolicy, RegExp>> = {
  backward_compatible: /\*/,
  extended: /[*?]|\[.*\]/,
  always: /[*?]|\[.*\]|\{.*,.*\}/,
};
const ANY_GLOB = /[*?[{]/;

/** What may not stand together, in Fluentd's words. */
export function globProblem(policy: GlobPolicy, delimiter: string, text: string): string | undefined {
  if (policy === 'always' && delimiter === ',')
    return 'cannot use glob_policy as always with the default path_delimiter: `,"';
  if (policy === 'extended' && /\{.*,.*\}/.test(text) && GLOBS.extended.test(text))
    return `cannot include curly braces with glob patterns in \`${text}". Use glob_policy always instead.`;
  return undefined;
}

const MANY_PATTERNS = 100;

export class Paths {
  readonly #options: PathOptions;
  readonly #listings = new Map<string, Listing>();
  readonly #glob: RegExp;
  readonly #patterns: (nowSec: number) => string[];
  readonly #excludes: (nowSec: number) => string[];

  constructor(options: PathOptions) {
    this.#options = options;
    this.#glob = GLOBS[options.policy];
    const zone = options.timezone === undefined ? localZone : parseZone(options.timezone);
    const dated = (text: string) => (text.includes('%') ? compileStrftime(text, zone) : () => text);
    const patterns = options.path.split(options.delimiter).map((part) => dated(part.trim()));
    const excludes = options.exclude.filter((part) => part !== '').map(dated);
    this.#patterns = (now) => patterns.map((pattern) => pattern(now, 0));
    this.#excludes = (now) => excludes.map((pattern) => pattern(now, 0));
  }

  /** Files (never folders) that exist now. Those of `known` are not looked at again. */
  expand(nowMs: number, known?: ReadonlyMap<string, unknown>): string[] {
    const now = Math.floor(nowMs / 1000);
    const excludes = this.#excludes(now);
    const found = new Set(this.#patterns(now).flatMap((pattern) => this.#listing(pattern).find(pattern, this.#glob)));
    return [...found].filter(
      (file) => known?.has(file) || (!isAmong(excludes, file, this.#glob) && this.#follows(file, nowMs)),
    );
  }

  /** Whether `expand` would give this file. */
  includes(file: string, nowMs: number): boolean {
    const now = Math.floor(nowMs / 1000);
    return (
      isAmong(this.#patterns(now), file, this.#glob) &&
      !isAmong(this.#excludes(now), file, this.#glob) &&
      this.#follows(file, nowMs)
    );
  }

  /** Folders whose changes may bring new files: the longest part of each pattern without a glob. */
  folders(nowMs: number): string[] {
    return [...new Set(this.#patterns(Math.floor(nowMs / 1000)).map(fixedFolder))];
  }

  #listing(pattern: string): Listing {
    let listing = this.#listings.get(pattern);
    if (listing === undefined) {
      // Patterns with dates are others each day.
      if (this.#listings.size > MANY_PATTERNS) this.#listings.clear();
      listing = new Listing();
      this.#listings.set(pattern, listing);
    }
    return listing;
  }

  #follows(file: string, nowMs: number): boolean {
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (stat === undefined || stat.isDirectory()) return false;
    const { recently } = this.#options;
    return recently === undefined || stat.mtimeMs >= nowMs - recently * 1000;
  }
}

function isAmong(patterns: readonly string[], file: string, glob: RegExp): boolean {
  return patterns.some((pattern) => (glob.test(pattern) ? path.matchesGlob(file, pattern) : pattern === file));
}

/** A folder changed within this time may change again without its time telling (clocks tick, and those of other hosts differ a little). */
const SETTLED_MS = 2000;
/** Not every file system keeps a folder's time. */
const AGAIN_MS = 30_000;

/**
 * What a pattern finds. Where only the last part of it is a glob and the folder is as it was, its names are not read again: an idle node has
 * hundreds of them.
 */
class Listing {
  #files: string[] = [];
  #mtime = Number.NaN;
  #listedAt = 0;

  find(pattern: string, glob: RegExp): string[] {
    if (!glob.test(pattern)) return fs.existsSync(pattern) ? [pattern] : [];
    const folder = path.dirname(pattern);
    const stat = ANY_GLOB.test(folder) ? undefined : fs.statSync(folder, { throwIfNoEntry: false });
    const now = Date.now();
    const mtime = stat?.mtimeMs ?? Number.NaN;
    if (mtime === this.#mtime && this.#listedAt - mtime > SETTLED_MS && now - this.#listedAt < AGAIN_MS)
      return this.#files;
    this.#files = fs.globSync(pattern).sort();
    this.#mtime = mtime;
    this.#listedAt = now;
    return this.#files;
  }
}

function fixedFolder(pattern: string): string {
  const parts = pattern.split('/');
  const i = parts.findIndex((part) => ANY_GLOB.test(part));
  return parts.slice(0, i < 0 ? -1 : i).join('/') || '/';
}

/** The first `*` in a tag is the path with dots for slashes; a second one ends the tag, as in Fluentd. */
export function tagOf(tag: string, file: string): string {
  if (!tag.includes('*')) return tag;
  const [before, after] = tag.split('*');
  return `${before}${file.replaceAll('/', '.').replace(/\.+/g, '.').replace(/^\./, '')}${after}`;
}
