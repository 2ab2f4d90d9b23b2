/**
 * `<storage>` with `@type local`: a small JSON object that a plugin keeps over restarts (a cursor, a counter).
 *
 * Guarantees: a save is whole or not there (temporary file, fsync, rename). Without a path, and without `root_dir` and `@id`, it is kept in
 * memory only. A file that cannot be read stops the start, rather than losing a position silently. With several workers each has its own file.
 */
import crypto from 'node:crypto';
import path from 'node:path';
import { checkSection } from '../../config/check.ts';
import type { Element } from '../../config/element.ts';
import { Problems, problemText } from '../../config/problems.ts';
import type { SectionSpec } from '../../config/schema.ts';
import { PluginConfigError } from '../core/errors.ts';
import type { Timer } from '../core/ports.ts';
import type { Host } from '../plugin.ts';

export const STORAGE = {
  doc: 'Where a state is kept over restarts.',
  params: {
    '@type': { type: 'enum', values: ['local'], default: 'local', alias: 'type', doc: 'Kind of storage.' },
    '@id': { type: 'string', doc: 'Name of the storage.' },
    path: { type: 'string', doc: 'A `.json` file, or a folder.' },
    persistent: { type: 'bool', default: 'false', doc: 'Save every change; needs a path.' },
    autosave: { type: 'bool', default: 'true', doc: 'Save at intervals.' },
    autosave_interval: { type: 'time', default: '10', doc: 'Seconds between saves.' },
    save_at_shutdown: { type: 'bool', default: 'true', doc: 'Save when the agent stops.' },
    mode: { type: 'string', default: '0644', doc: 'Octal permissions of the file.' },
    dir_mode: { type: 'string', default: '0755', doc: 'Octal permissions of folders.' },
    pretty_print: { type: 'bool', default: 'false', doc: 'Save with line breaks.' },
  },
} as const satisfies SectionSpec;

type Stored = Record<string, string | number | boolean | null>;

export class LocalStorage {
  readonly #host: Host;
  readonly #config;
  readonly #path: string | undefined;
  #values: Stored = {};
  #changed = false;
  #timer: Timer | undefined;

  constructor(element: Element | undefined, host: Host) {
    const own = element ?? host.element.bare('storage');
    const problems = new Problems();
    this.#host = host;
    this.#config = checkSection(STORAGE, own, problems);
    if (problems.errors.length > 0) throw new PluginConfigError(problems.errors.map(problemText).join(', '));
    this.#path = this.#pathOf(own.arg.trim());
    if (this.#path === undefined && this.#config.persistent)
      throw new PluginConfigError("Plugin @id or path for <storage> required when 'persistent' is true");
  }

  /** Reads what an earlier run left. @throws PluginConfigError for a file that is damaged */
  start(): void {
    const { fs, clock } = this.#host.ports;
    if (this.#path === undefined) return;
    fs.mkdirSync(path.dirname(this.#path), { recursive: true, mode: Number.parseInt(this.#config.dir_mode, 8) });
    if (fs.existsSync(this.#path)) this.#values = this.#read(this.#path);
    if (this.#config.autosave && !this.#config.persistent)
      this.#timer = clock.every(Math.max(1, this.#config.autosave_interval * 1000), () => this.save());
  }

  stop(): void {
    this.#timer?.cancel();
    if (this.#config.save_at_shutdown) this.save();
  }

  get(key: string): Stored[string] | undefined {
    return this.#values[key];
  }

  put(key: string, value: Stored[string]): void {
    this.#values[key] = value;
    this.#changed = true;
    if (this.#config.persistent) this.save();
  }

  save(): void {
    if (this.#path === undefined || !this.#changed) return;
    const { fs } = this.#host.ports;
    const temporary = `${this.#path}.tmp.${crypto.randomBytes(8).toString('hex')}`;
    try {
      const fd = fs.openSync(temporary, 'w', Number.parseInt(this.#config.mode, 8));
      try {
        const bytes = Buffer.from(JSON.stringify(this.#values, null, this.#config.pretty_print ? 2 : undefined));
        for (let at = 0; at < bytes.length; ) at += fs.writeSync(fd, bytes, at);
        fs.fsyncSync(fd);
      } finally {
        fs.closeSync(fd);
      }
      fs.renameSync(temporary, this.#path);
      this.#changed = false;
    } catch (error) {
      this.#host.log.error('failed to save data for plugin storage to file', { path: this.#path, error });
    }
  }

  #read(file: string): Stored {
    const text = this.#host.ports.fs.readFileSync(file, 'utf8');
    if (text === '') {
      this.#host.log.warn(`detect empty plugin storage file during startup. Ignored: ${file}`);
      return {};
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      // The message below is the same for every kind of damage.
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new PluginConfigError(`Invalid contents (not object) in plugin storage file: '${file}'`);
    return value as Stored;
  }

  #pathOf(usage: string): string | undefined {
    const { fs } = this.#host.ports;
    const worker = `worker${this.#host.workerId}`;
    const given = this.#config.path;
    if (given !== undefined) {
      const isFile = fs.existsSync(given) ? fs.statSync(given).isFile() : given.endsWith('.json');
      if (isFile && this.#host.workers > 1)
        throw new PluginConfigError(
          "local plugin storage with multi workers should be configured to use directory 'path', or system root_dir and plugin id",
        );
      return isFile ? given : path.join(given, worker, 'storage.json');
    }
    if (this.#host.rootDir === undefined || !this.#host.hasId) return undefined;
    const name = usage === '' ? 'storage.json' : `storage.${usage}.json`;
    return path.join(this.#host.rootDir, worker, this.#host.id, name);
  }
}
