/**
 * `@type secondary_file`: in `<secondary>`, writes chunks that could not be delivered to files, as they are in the buffer.
 */
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { PluginConfigError } from '../core/errors.ts';
import { type ChunkKeys, defineBufferedOutput } from '../plugin.ts';

export const plugin = defineBufferedOutput({
  kind: 'output',
  type: 'secondary_file',
  buffering: 'always',
  doc: 'Writes chunks that could not be delivered to files; for <secondary>.',
  schema: {
    doc: 'Secondary file output.',
    params: {
      directory: { type: 'string', required: true, doc: 'Folder of the files; placeholders allowed.' },
      basename: { type: 'string', default: 'dump.bin', doc: 'File name; placeholders allowed.' },
      append: { type: 'bool', default: 'false', doc: 'Append to one file instead of `.0`, `.1` …' },
      compress: { type: 'enum', values: ['text', 'gzip'], default: 'text', doc: 'Compression of the files.' },
    },
  },
  create(config, host) {
    if (host.element.name !== 'secondary')
      throw new PluginConfigError('This plugin can only be used in the <secondary> section');
    if (config.basename.includes('/')) throw new PluginConfigError('basename should not include `/`');
    checkPlaceholders(path.join(config.directory, config.basename), host.chunkKeys);
    const { fs } = host.ports;
    return {
      renderer: () => (event) => `${event.toJson()}\n`,
      async write(chunk) {
        const base = path.join(
          host.placeholders(config.directory, chunk.meta, chunk.id),
          host.placeholders(config.basename, chunk.meta, chunk.id),
        );
        const suffix = config.compress === 'gzip' ? '.gz' : '';
        let file = base + suffix;
        for (let i = 0; !config.append && fs.existsSync((file = `${base}.${i}${suffix}`)); i++);
        fs.mkdirSync(path.dirname(file), { recursive: true, mode: host.dirMode });
        const bytes = chunk.read();
        fs.appendFileSync(file, config.compress === 'gzip' ? gzipSync(bytes) : bytes, { mode: host.fileMode });
      },
    };
  },
});

/** Chunks come with the keys of the primary's buffer: no other placeholders can be filled. */
function checkPlaceholders(template: string, keys: ChunkKeys): void {
  const refuse = (what: string, remove: string) => {
    const text = `out_secondary_file: basename or directory has an incompatible placeholder${what}, remove ${remove}, from basename or directory`;
    throw new PluginConfigError(text);
  };
  if (!keys.time && /%[-_0^#]*[a-zA-Z]/.test(template)) refuse('', 'time formats, like `%Y%m%d`');
  for (const [, name = ''] of template.matchAll(/\$\{([-_.@$a-zA-Z0-9[\]]+)\}/g)) {
    if (/tag(?:\[\d+\])?/.test(name)) {
      if (!keys.tag) refuse(` ${name}`, 'tag placeholder, like `${tag}`');
    } else if (name !== 'chunk_id' && !keys.fields.includes(name))
      refuse(` ${name}`, 'variable placeholder, like `${varname}`');
  }
}
