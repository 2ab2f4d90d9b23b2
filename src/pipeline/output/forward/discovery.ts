/** Where the servers are: `<server>` sections, static services, files that are read again when they change, and DNS. */
import path from 'node:path';
import { parse as parseYaml } from 'yaml';
import type { ConfigOf } from '../../../config/schema.ts';
import { PluginConfigError } from '../../core/errors.ts';
import type { FsPort } from '../../core/ports.ts';
import type { schema } from './schema.ts';
import type { Service } from './service.ts';
import { type SrvOptions, SrvSource } from './srv.ts';

type Config = ConfigOf<typeof schema>;

export class Discovery {
  readonly #static: Service[];
  readonly #files: readonly { path: string; stamp: string; services: Service[] }[];
  readonly #srv: readonly SrvSource[];
  readonly #fs: FsPort;

  /** @throws PluginConfigError for a file that is missing or damaged */
  constructor(config: Config, fs: FsPort) {
    const { server, service_discovery: sections } = config.$sections;
    this.#fs = fs;
    const all = [...server, ...sections.flatMap((section) => section.$sections.service)];
    this.#static = all.map((section) => ({ ...section, host: section.host ?? '' }));
    this.#files = sections
      .filter((section) => section['@type'] === 'file')
      .map((section) => ({ path: section.path, stamp: stampOf(fs, section.path), services: this.#read(section.path) }));
    this.#srv = sections
      .filter((section) => section['@type'] === 'srv')
      .map((section) => new SrvSource(srvOf(section)));
  }

  services(): Service[] {
    const found = [...this.#files, ...this.#srv].flatMap((source) => source.services);
    return [...this.#static, ...found];
  }

  /** Where DNS is asked, there may be none yet. */
  get mayFind(): boolean {
    return this.#srv.length > 0;
  }

  /** Asks DNS where that is due; true where an answer changes the servers. @throws what DNS says: the old services stay */
  async ask(now: number): Promise<boolean> {
    const answers = await Promise.all(this.#srv.map((source) => source.refresh(now)));
    return answers.includes(true);
  }

  /** Reads files that changed; true where one did. @throws PluginConfigError: the old services stay */
  refresh(): boolean {
    let changed = false;
    for (const file of this.#files) {
      const stamp = stampOf(this.#fs, file.path);
      if (stamp === file.stamp) continue;
      file.stamp = stamp;
      file.services = this.#read(file.path);
      changed = true;
    }
    return changed;
  }

  get watches(): boolean {
    return this.#files.length + this.#srv.length > 0;
  }

  #read(file: string): Service[] {
    let content: unknown;
    try {
      const text = this.#fs.readFileSync(file, 'utf8');
      content = path.extname(file) === '.json' ? JSON.parse(text) : parseYaml(text);
    } catch (error) {
      throw new PluginConfigError(`sd_file: path=${file}: ${(error as Error).message}`);
    }
    if (!Array.isArray(content)) throw new PluginConfigError(`sd_file: path=${file}: a list of services is expected`);
    return content.map((item) => serviceOf(item as Record<string, unknown>, file));
  }
}

function srvOf(section: Config['$sections']['service_discovery'][number]): SrvOptions {
  const { service, hostname } = section;
  if (service === undefined || hostname === undefined)
    throw new PluginConfigError(`'${service === undefined ? 'service' : 'hostname'}' parameter is required`);
  return { ...section, service, hostname };
}

function serviceOf(item: Record<string, unknown>, file: string): Service {
  const { host, port, name, weight = 60, standby = false, shared_key: key, username, password } = item ?? {};
  if (typeof host !== 'string' || !Number.isInteger(Number(port ?? Number.NaN)))
    throw new PluginConfigError(`sd_file: path=${file}: Service must have \`host\` and \`port\``);
  const text = (value: unknown) => (value === undefined || value === null ? undefined : String(value));
  return {
    host,
    port: Number(port),
    name: text(name),
    weight: Number(weight),
    standby: standby === true,
    shared_key: text(key),
    username: text(username) ?? '',
    password: text(password) ?? '',
  };
}

/** Changes when the file does; a missing file keeps what is known. */
function stampOf(fs: FsPort, file: string): string {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
}
