/**
 * `@type secondary_file`: in `<secondary>`, writes chunks that could not be delivered to files, as they are in the buffer.
 */
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { PluginConfigError } from '../core/errors.ts';
import { defineBufferedOutput } from '../plugin.ts';

export const plugin = defineBufferedOutput({
  kind: 'output',
  type: 'secondary_file',
  buffering: 'always',
  doc: 'Writes chunks that could not be delivered to files; for <secondary>.',
  placeholderParams: (config) => ({ directory: config.directory, basename: config.basename }),
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
