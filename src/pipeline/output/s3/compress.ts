/** How the bytes of a chunk are stored in an object: name of the file's kind, content type, and the packing itself. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { PluginConfigError, SluiceError } from '../../core/errors.ts';
import { RunningCommand } from '../../io/command.ts';

export interface Compressor {
  readonly extension: string;
  readonly contentType: string;
  pack(bytes: Buffer): Promise<Buffer>;
}

// In Node's threads: a large chunk must not hold up the event loop.
const gzip = promisify(zlib.gzip);
const zstd = promisify(zlib.zstdCompress);

const GZIP: Compressor = { extension: 'gz', contentType: 'application/x-gzip', pack: (bytes) => gzip(bytes) };
const TEXT: Compressor = { extension: 'txt', contentType: 'text/plain', pack: async (bytes) => bytes };

export interface CompressorOptions {
  readonly type: string;
  readonly level: number;
  readonly parameter: string | undefined;
  /** PATH of the environment. */
  readonly searchPath: string;
  readonly warn: (message: string) => void;
}

/** @throws PluginConfigError for what cannot work here */
export function compressorOf(options: CompressorOptions): Compressor {
  switch (options.type) {
    case 'gzip':
    case 'gzip_command':
      return GZIP;
    case 'text':
      return TEXT;
    case 'json':
      return { ...TEXT, extension: 'json', contentType: 'application/json' };
    case 'zstd':
      return {
        extension: 'zst',
        contentType: 'application/x-zst',
        pack: (bytes) => zstd(bytes, { params: { [zlib.constants.ZSTD_c_compressionLevel]: options.level } }),
      };
    case 'lzma2':
      return command('xz', 'LZMA2', options.parameter ?? '-qf0', 'xz', options.searchPath);
    case 'lzo':
      return command('lzop', 'LZO', options.parameter ?? '-qf1', 'lzo', options.searchPath);
    case 'parquet':
      throw new PluginConfigError('store_as parquet is not supported');
    default:
      options.warn(`'${options.type}' not supported. Use 'text' instead`);
      return TEXT;
  }
}

function command(name: string, title: string, parameter: string, extension: string, searchPath: string): Compressor {
  const found = searchPath.split(path.delimiter).some((folder) => fs.existsSync(path.join(folder, name)));
  if (!found) throw new PluginConfigError(`'${name}' utility must be in PATH for ${title} compression`);
  return {
    extension,
    contentType: name === 'xz' ? 'application/x-xz' : 'application/x-lzop',
    async pack(bytes) {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-s3-'));
      try {
        const file = path.join(folder, 'chunk');
        fs.writeFileSync(file, bytes, { mode: 0o600 });
        const blocks: Buffer[] = [];
        const options = { withStderr: false, onOutput: (block: Buffer) => void blocks.push(block) };
        const { code, signal } = await new RunningCommand(`${name} ${parameter} -c ${file}`, options).done;
        if (code !== 0) throw new SluiceError('ERR_COMPRESS', `${name} ended with ${signal ?? code}`);
        return Buffer.concat(blocks);
      } finally {
        fs.rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}
