/**
 * `@type systemd`: the journal, through `journalctl -o export --follow`.
 *
 * Guarantees: the cursor is saved after the entries before it are in the buffers, so a restart goes on there (a crash may send the last ones twice); the
 * journal is read only as fast as the pipeline takes it. Without a journal or without journalctl it waits quietly: many configurations name
 * journals that their nodes do not have. A cursor that the journal no longer knows is told, and reading starts as without one.
 */
import type { ConfigOf, SectionSpec } from '../../../config/schema.ts';
import { type JournalEntry, JournalExportReader } from '../../codec/journal-export.ts';
import { validBytes } from '../../codec/text.ts';
import { PluginConfigError } from '../../core/errors.ts';
import { EventStream, LogEvent } from '../../core/event.ts';
import type { Timer } from '../../core/ports.ts';
import { fromBytes, type Value } from '../../core/value.ts';
import { RunningCommand } from '../../io/command.ts';
import { defineInput, type InputHost } from '../../plugin.ts';
import { LocalStorage, STORAGE } from '../../storage/local.ts';
import { Delivery, stampNow } from '../delivery.ts';
import { compileEntry, type MapFields } from './entry.ts';

/** As fluent-plugin-systemd has it. */
const CURSOR = 'journal';
const RETRY_MS = 1000;
/** The longest wait is that many doublings of it. */
const MAX_DOUBLINGS = 5;
const TELL_MS = 60_000;
const NOT_FOUND = 127;

const schema = {
  doc: 'Systemd input.',
  params: {
    tag: { type: 'string', required: true, doc: 'Tag of the events.' },
    path: { type: 'string', default: '/var/log/journal', doc: 'Folder of the journal.' },
    matches: {
      type: 'array',
      alias: 'filters',
      doc: 'Hashes of fields and values: all of one hash, any of the hashes.',
    },
    read_from_head: { type: 'bool', default: 'false', doc: 'Without a cursor: read all there is.' },
  },
  sections: {
    storage: { ...STORAGE, plugin: 'storage' },
    entry: {
      doc: 'Names of the fields.',
      params: {
        field_map: { type: 'hash', default: '{}', doc: 'Field → its new name or names.' },
        field_map_strict: { type: 'bool', default: 'false', doc: 'Only the fields of field_map.' },
        fields_strip_underscores: { type: 'bool', default: 'false', doc: 'Remove underscores in front.' },
        fields_lowercase: { type: 'bool', default: 'false', doc: 'Names in lower case.' },
      },
    },
  },
} as const satisfies SectionSpec;

type Config = ConfigOf<typeof schema>;

export const plugin = defineInput({
  kind: 'input',
  singleWorker: true,
  type: 'systemd',
  doc: 'Reads the systemd journal.',
  schema,
  create(config, host) {
    const entry = config.$sections.entry[0];
    if (entry?.field_map_strict === true && Object.keys(entry.field_map).length === 0)
      host.log.warn('`field_map_strict` set to true with empty `field_map`, expect no fields');
    return new Systemd(config, host, compileEntry(entry));
  },
});

class Systemd {
  readonly #config: Config;
  readonly #host: InputHost;
  readonly #map: MapFields;
  readonly #matches: readonly string[];
  readonly #storage: LocalStorage;
  readonly #delivery: Delivery;
  #running: RunningCommand | undefined;
  #timer: Timer | undefined;
  #stopped = false;
  #told = false;
  /** In a row. */
  #failures = 0;
  #failure: { readonly noise: string; readonly toldAt: number } | undefined;

  constructor(config: Config, host: InputHost, map: MapFields) {
    this.#config = config;
    this.#host = host;
    this.#map = map;
    this.#matches = matchArguments(config.matches ?? []);
    this.#storage = new LocalStorage(config.$element.child('storage'), host);
    this.#delivery = new Delivery(host);
  }

  start(): void {
    this.#storage.start();
    this.#run();
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#timer?.cancel();
    this.#delivery.stop();
    await this.#running?.stop();
    this.#storage.stop();
  }

  #run(): void {
    this.#follow()
      .catch((error: unknown) => this.#host.log.warn('the journal could not be read', { error }))
      .finally(() => {
        this.#running = undefined;
        const wait = RETRY_MS * 2 ** Math.min(this.#failures, MAX_DOUBLINGS);
        if (!this.#stopped) this.#timer = this.#host.ports.clock.after(wait, () => this.#run());
      });
  }

  async #follow(): Promise<void> {
    const { path } = this.#config;
    if (!this.#host.ports.fs.existsSync(path)) return this.#tellOnce(`no journal at ${path}: waiting for one`);
    const cursor = this.#storage.get(CURSOR);
    const reader = new JournalExportReader();
    let noise = '';
    this.#running = new RunningCommand(this.#command(cursor), {
      withStderr: true,
      env: this.#host.env,
      onOutput: (block) => this.#take(reader.push(block.toString('latin1'))),
      onError: (block) => {
        noise = (noise + block.toString()).slice(-1000);
      },
    });
    const { code } = await this.#running.done;
    if (this.#stopped) return;
    if (code === NOT_FOUND) return this.#tellOnce('there is no journalctl: the journal is not read');
    if (cursor !== undefined && cursor !== null && /cursor/i.test(noise)) {
      this.#host.log.warn('Could not seek to cursor found in position file, falling back', { cursor, error: noise });
      this.#storage.put(CURSOR, null);
    } else if (code !== 0) this.#failed(code, noise);
  }

  /** A journal that cannot be read stays so for long: waits grow, and the same cause is told once a minute. */
  #failed(code: number | null, noise: string): void {
    this.#failures++;
    const now = this.#host.ports.clock.monotonic();
    const isNews = this.#failure?.noise !== noise || now - this.#failure.toldAt >= TELL_MS;
    if (!isNews) return;
    this.#failure = { noise, toldAt: now };
    this.#host.log.warn('journalctl ended, retrying', { code, error: noise });
  }

  /** Told once: a node without a journal is no fault. */
  #tellOnce(message: string): void {
    if (!this.#told) this.#host.log.info(message);
    this.#told = true;
  }

  #command(cursor: unknown): string {
    const from =
      typeof cursor === 'string'
        ? [`--after-cursor=${cursor}`, '--no-tail']
        : this.#config.read_from_head
          ? ['--no-tail']
          : // Where there is no cursor Fluentd begins with the last entry.
            ['--lines=1'];
    const words = ['--directory', this.#config.path, '--output=export', '--follow', '--quiet', '--no-pager', ...from];
    return `exec journalctl ${[...words, ...this.#matches].map(quoted).join(' ')}`;
  }

  async #take(entries: readonly JournalEntry[]): Promise<void> {
    if (entries.length === 0) return;
    this.#failures = 0;
    const events = entries.map((entry) => this.#event(entry));
    await this.#delivery.emit(new EventStream(this.#config.tag, events));
    const cursor = entries.at(-1)!.get('__CURSOR');
    if (cursor !== undefined) this.#storage.put(CURSOR, cursor);
  }

  #event(entry: JournalEntry): LogEvent {
    const micros = entry.get('__REALTIME_TIMESTAMP');
    // Fields with two underscores are addresses of the entry, not part of it.
    const fields = new Map([...entry].filter(([name]) => !name.startsWith('__')));
    const record: Record<string, Value> = {};
    for (const [name, value] of this.#map(fields)) record[name] = fromBytes(validBytes(value));
    const event = LogEvent.from(0, 0, record);
    if (micros === undefined || !/^\d+$/.test(micros)) stampNow(event, this.#host);
    else {
      event.sec = Number(BigInt(micros) / 1_000_000n);
      event.nsec = Number(BigInt(micros) % 1_000_000n) * 1000;
    }
    return event;
  }
}

/** Words of journalctl: fields of one hash must all match, `+` stands between hashes. */
function matchArguments(matches: readonly string[]): string[] {
  return matches.flatMap((text, i) => {
    let match: unknown;
    try {
      match = JSON.parse(text);
    } catch {
      throw new PluginConfigError(`matches: a hash is required but got ${text}`);
    }
    if (typeof match !== 'object' || match === null || Array.isArray(match))
      throw new PluginConfigError(`matches: a hash is required but got ${text}`);
    const words = Object.entries(match).flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((one) => `${name}=${String(one)}`),
    );
    for (const word of words)
      if (!/^[A-Z0-9_]+=/.test(word)) throw new PluginConfigError(`matches: ${word} is no field of the journal`);
    return i === 0 ? words : ['+', ...words];
  });
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
