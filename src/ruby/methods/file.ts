/** File, IO, Dir: names of files, and reading small ones (a token, a host name). */
import fs from 'node:fs';
import path from 'node:path';
import { text as need } from '../arguments.ts';
import { RubyError } from '../objects.ts';
import { define, type Method } from './dispatch.ts';

/** A file that an expression reads is a name or a token, never a log. */
const MOST_BYTES = 1 << 20;

/** Joins with exactly one slash between two parts. */
function join(args: readonly unknown[]): string {
  const parts = (args.flat(Number.POSITIVE_INFINITY) as unknown[]).map(need);
  return parts
    .slice(1)
    .reduce((left, right) => `${left.replace(/\/+$/, '')}/${right.replace(/^\/+/, '')}`, parts[0] ?? '');
}

function extname(file: string): string {
  const base = basename(file);
  const dot = base.lastIndexOf('.');
  return dot <= 0 || /^\.+$/.test(base.slice(0, dot)) ? '' : base.slice(dot) === '.' ? '.' : base.slice(dot);
}

function basename(file: string): string {
  if (file === '') return '';
  const trimmed = file.replace(/\/+$/, '');
  return trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

function dirname(file: string): string {
  const trimmed = file.replace(/\/+$/, '');
  if (trimmed === '') return file.startsWith('/') ? '/' : '.';
  const slash = trimmed.lastIndexOf('/');
  if (slash < 0) return '.';
  return trimmed.slice(0, slash).replace(/\/+$/, '') || '/';
}

function withoutSuffix(base: string, suffix: string): string {
  if (suffix === '.*') return extname(base) === '' ? base : base.slice(0, -extname(base).length);
  return base.endsWith(suffix) && base !== suffix ? base.slice(0, -suffix.length) : base;
}

function read(file: unknown): string {
  const name = need(file);
  try {
    if (fs.statSync(name).size > MOST_BYTES) throw new RubyError('IOError', `file is too big: ${name}`);
    return fs.readFileSync(name, 'utf8');
  } catch (error) {
    if (error instanceof RubyError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new RubyError(`Errno::${code ?? 'EIO'}`, `${(error as Error).message.split(',')[0]} @ rb_sysopen - ${name}`);
  }
}

const stat = (file: unknown) => fs.statSync(need(file), { throwIfNoEntry: false });
const readMethod: Method = (_s, [file]) => read(file);

define('File.', {
  join: (_s, args) => join(args),
  basename: (_s, [file, suffix]) =>
    suffix === undefined ? basename(need(file)) : withoutSuffix(basename(need(file)), need(suffix)),
  extname: (_s, [file]) => extname(need(file)),
  dirname: (_s, [file]) => dirname(need(file)),
  split: (_s, [file]) => [dirname(need(file)), basename(need(file))],
  expand_path: (_s, [file, base]) => path.resolve(base === undefined ? '.' : need(base), need(file)),
  'exist?': (_s, [file]) => stat(file) !== undefined,
  'file?': (_s, [file]) => stat(file)?.isFile() ?? false,
  'directory?': (_s, [file]) => stat(file)?.isDirectory() ?? false,
  read: readMethod,
  readlines: (_s, [file]) => read(file).match(/[^\n]*\n|[^\n]+/g) ?? [],
});
define('IO.', { read: readMethod });
