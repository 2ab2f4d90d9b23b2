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
}

const GLOB = /[*?[{]/;

export class Paths {
  readonly #options: PathOptions;
  readonly #patterns: (nowSec: number) => string[];
  readonly #excludes: (nowSec: number) => string[];

  constructor(options: PathOptions) {
    this.#options = options;
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
    const found = new Set(this.#patterns(now).flatMap(matching));
    return [...found].filter((file) => known?.has(file) || (!isAmong(excludes, file) && this.#follows(file, nowMs)));
  }

  /** Whether `expand` would give this file. */
  includes(file: string, nowMs: number): boolean {
    const now = Math.floor(nowMs / 1000);
    return isAmong(this.#patterns(now), file) && !isAmong(this.#excludes(now), file) && this.#follows(file, nowMs);
  }

  /** Folders whose changes may bring new files: the longest part of each pattern without a glob. */
  folders(nowMs: number): string[] {
    return [...new Set(this.#patterns(Math.floor(nowMs / 1000)).map(fixedFolder))];
  }

  #follows(file: string, nowMs: number): boolean {
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (stat === undefined || stat.isDirectory()) return false;
    const { recently } = this.#options;
    return recently === undefined || stat.mtimeMs >= nowMs - recently * 1000;
  }
}

function isAmong(globs: readonly string[], file: string): boolean {
  return globs.some((glob) => glob === file || path.matchesGlob(file, glob));
}

function matching(pattern: string): string[] {
  if (!GLOB.test(pattern)) return fs.existsSync(pattern) ? [pattern] : [];
  return fs.globSync(pattern).sort();
}

function fixedFolder(pattern: string): string {
  const parts = pattern.split('/');
  const i = parts.findIndex((part) => GLOB.test(part));
  return parts.slice(0, i < 0 ? -1 : i).join('/') || '/';
}

/** `*` in a tag is the path with dots for slashes. */
export function tagOf(tag: string, file: string): string {
  return tag.includes('*') ? tag.replace('*', file.replaceAll('/', '.').replace(/\.+/g, '.').replace(/^\./, '')) : tag;
}
