/**
 * `@type file`: writes chunks to files whose path holds the time slice and other placeholders.
 *
 * Path rules as Fluentd's: `*` in the path is the time slice; without it `.` + time slice is added (unless the path names the time
 * itself), then `_0`, `_1` … unless `append`, then `path_suffix` and `.gz`. Written in one append per chunk; a file
 * is created under a lock of its own name's index, so two chunks of one slice never share an index.
 */

import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { compileInject, INJECT } from '../codec/inject.ts';
import { PluginConfigError } from '../core/errors.ts';
import type { FsPort } from '../core/ports.ts';
import { defineBufferedOutput, type ReadyChunk } from '../plugin.ts';

export const plugin = defineBufferedOutput({
  kind: 'output',
  type: 'file',
  buffering: 'always',
  takesBytes: true,
  bufferDefaults: { $arg: 'time', timekey: '86400', '@type': 'file', $path: 'path' },
  doc: 'Writes events to files, one per time slice and chunk key.',
  schema: {
    doc: 'File output.',
    params: {
      path: { type: 'string', required: true, doc: 'Path with placeholders; `*` stands for the time slice.' },
      append: { type: 'bool', default: 'false', doc: 'Append to one file per slice instead of a new file per chunk.' },
      add_path_suffix: { type: 'bool', default: 'true', doc: 'Add path_suffix.' },
      path_suffix: { type: 'string', default: '.log', doc: 'End of the file name.' },
      compress: { type: 'enum', values: ['text', 'gz', 'gzip'], default: 'text', doc: 'Compression of the files.' },
      recompress: {
        type: 'bool',
        default: 'false',
        doc: 'Compress again even if the buffer is compressed.',
        fluentd: 'ignored',
      },
      time_slice_format: { type: 'string', doc: 'Old: strftime of the time slice in the file name.' },
      symlink_path: {
        type: 'string',
        doc: 'A symlink that follows the newest file; placeholders allowed.',
        fluentd: 'it follows the newest chunk of the buffer',
      },
    },
    sections: {
      format: { doc: 'Formatter; default `out_file`.', params: {}, anyParam: true, plugin: 'formatter' },
      inject: INJECT,
    },
  },
  create(config, host) {
    const formatter = host.formatter(host.element.child('format'), 'out_file');
    const suffix = (config.add_path_suffix ? config.path_suffix : '') + (config.compress === 'text' ? '' : '.gz');
    const { timekey } = host;
    if (config.path.includes('*') && timekey === undefined) {
      throw new PluginConfigError("path including '*' needs a time chunk key in <buffer>");
    }
    const template = pathTemplate(config.path, timekey, config.append, suffix, config.time_slice_format);
    const problem = host.placeholderProblem('path', template);
    if (problem !== undefined) throw new PluginConfigError(problem);
    const { fs } = host.ports;
    const inject = compileInject(config.$sections.inject[0], host.workerId, host.chunkKeys.fields);
    return {
      renderer(tag) {
        const add = inject?.(tag);
        return add === undefined
          ? (event) => formatter.format(tag, event)
          : (event) => formatter.format(tag, add(event));
      },
      async write(chunk) {
        const name = host.placeholders(template, chunk.meta, chunk.id);
        const file = config.append ? name : freeName(fs, name);
        fs.mkdirSync(path.dirname(file), { recursive: true, mode: host.dirMode });
        writeWhole(fs, file, content(chunk, config.compress !== 'text'), host.fileMode);
        if (config.symlink_path !== undefined)
          pointTo(fs, file, host.placeholders(config.symlink_path, chunk.meta, chunk.id), host.dirMode);
      },
    };
  },
});

/** strftime for a slice of `timekey` seconds: as fine as the slice. */
function sliceFormat(timekey: number | undefined): string {
  if (timekey === undefined) return '';
  if (timekey < 60) return '%Y%m%d%H%M%S';
  if (timekey < 3600) return '%Y%m%d%H%M';
  return timekey < 86_400 ? '%Y%m%d%H' : '%Y%m%d';
}

function pathTemplate(
  given: string,
  timekey: number | undefined,
  append: boolean,
  suffix: string,
  format?: string,
): string {
  const index = append ? '' : '_**';
  const slice = format ?? sliceFormat(timekey);
  if (given.includes('*')) return given.replaceAll('*', slice + index) + (suffix.endsWith('.gz') ? '.gz' : '');
  if (slice === '') return given + index + suffix;
  const needed = slice.match(/../g) ?? [];
  const present = needed.filter((part) => given.includes(part));
  if (format === undefined && present.length > 0) {
    if (present.length < needed.length)
      throw new PluginConfigError(`insufficient timestamp placeholders in path: ${given}`);
    return given + index + suffix;
  }
  return `${given}.${slice}${index}${suffix}`;
}

/** Replaces `_**` by the first index whose file does not exist. */
function freeName(fs: FsPort, name: string): string {
  for (let i = 0; ; i++) {
    const file = name.replace('_**', `_${i}`);
    if (!fs.existsSync(file)) return file;
  }
}

function content(chunk: ReadyChunk, gzip: boolean): Buffer {
  const bytes = chunk.read();
  return gzip ? gzipSync(bytes) : bytes;
}

function writeWhole(fs: FsPort, file: string, bytes: Buffer, mode: number): void {
  const fd = fs.openSync(file, 'a', mode);
  try {
    let at = 0;
    while (at < bytes.length) at += fs.writeSync(fd, bytes, at);
  } finally {
    fs.closeSync(fd);
  }
}

/** The link changes in one step: whoever follows it finds the old file or the new one. */
function pointTo(fs: FsPort, file: string, link: string, mode: number): void {
  const next = `${link}.next`;
  fs.mkdirSync(path.dirname(link), { recursive: true, mode });
  // One may be left from a crash.
  if (fs.lstatSync(next, { throwIfNoEntry: false }) !== undefined) fs.unlinkSync(next);
  fs.symlinkSync(path.resolve(file), next);
  fs.renameSync(next, link);
}
