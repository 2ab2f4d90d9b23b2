/**
 * Keys of objects. In the order of Fluentd's plugin: `%{path}` and `%{file_extension}` first, so that placeholders inside the path count; then
 * the chunk's placeholders; then what depends on the try (`%{index}` …), which placeholders must not touch. What is unknown becomes nothing.
 */
import { randomUUID } from 'node:crypto';
import { PluginConfigError } from '../../core/errors.ts';
import type { ReadyChunk } from '../../plugin.ts';

export interface KeyOptions {
  readonly format: string;
  readonly path: string;
  readonly extension: string;
  /** strftime. */
  readonly timeSlice: string;
  readonly indexFormat: string;
  readonly hexLength: number;
  /** The chunk's placeholders and time. */
  readonly fill: (template: string, chunk: ReadyChunk) => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const VARIABLE = /%\{[^}]+\}/g;
const INDEX = /^%(0\d*)?([dxX])$/;
const MAX_HEX = 16;

/** @throws PluginConfigError */
export function checkKeyFormat(format: string, indexFormat: string, hexLength: number): void {
  for (const gone of ['%{uuid}', '%{uuid:random}', '%{uuid:hostname}', '%{uuid:timestamp}'])
    if (format.includes(gone)) throw new PluginConfigError(`${gone} placeholder in s3_object_key_format is removed!`);
  if (hexLength > MAX_HEX)
    throw new PluginConfigError(`hex_random_length parameter must be less than or equal to ${MAX_HEX}`);
  if (!INDEX.test(indexFormat))
    throw new PluginConfigError(
      'index_format parameter should follow `%[flags][width]type`. `0` is the only supported flag, and is mandatory if width is specified. `d`, `x` and `X` are supported types',
    );
}

/** As fine as the slices of the buffer; `timekey` in seconds. */
export function sliceFormat(timekey: number | undefined): string {
  if (timekey === undefined) return '';
  if (timekey < 60) return '%Y%m%d%H%M%S';
  if (timekey < 3600) return '%Y%m%d%H%M';
  return timekey < 86_400 ? '%Y%m%d%H' : '%Y%m%d';
}

export function objectKey(options: KeyOptions, chunk: ReadyChunk, index: number): string {
  const first: Readonly<Record<string, string>> = {
    '%{path}': options.path,
    '%{file_extension}': options.extension,
  };
  const slice = chunk.meta.timekey === undefined ? '' : options.fill(options.timeSlice, chunk);
  const last: Readonly<Record<string, () => string>> = {
    '%{time_slice}': () => slice,
    '%{date_slice}': () => slice,
    '%{index}': () => indexText(options.indexFormat, index),
    '%{hms_slice}': () => new Date(options.now()).toISOString().slice(11, 19).replaceAll(':', ''),
    '%{hex_random}': () => [...chunk.id].reverse().join('').slice(0, options.hexLength),
    '%{uuid_flush}': () => randomUUID(),
  };
  const own = options.format.replace(VARIABLE, (name) => first[name] ?? name);
  return options.fill(own, chunk).replace(VARIABLE, (name) => last[name]?.() ?? '');
}

/** `%{index}` of a text; other variables of its kind become nothing. */
export function withIndex(text: string, indexFormat: string, index: number): string {
  return text.replace(VARIABLE, (name) => (name === '%{index}' ? indexText(indexFormat, index) : ''));
}

function indexText(format: string, index: number): string {
  const [, width = '', type] = INDEX.exec(format)!;
  const digits = type === 'd' ? String(index) : index.toString(16);
  return (type === 'X' ? digits.toUpperCase() : digits).padStart(Number(width), '0');
}
