/**
 * `@type tail`: follows files.
 *
 * Guarantees: a rotated file is read to its end before the file that took its place, whatever `rotate_wait` says; the position moves
 * after the pipeline has the lines on disk; a full buffer pauses reading; no file starves another (one block per file
 * and turn). New files are noticed by chokidar on the folders and by a slow reconciliation. Reading is by timer: active files
 * ten times a second, idle ones once.
 */
import chokidar, { type FSWatcher } from 'chokidar';
import type { ConfigOf } from '../../../config/schema.ts';
import { BufferOverflowError, PluginConfigError } from '../../core/errors.ts';
import { EventStream, type LogEvent } from '../../core/event.ts';
import type { Timer } from '../../core/ports.ts';
import { defineInput, type FollowedFile, type Input, type InputHost, type PluginStats } from '../../plugin.ts';
import { type LineOptions, LineReader, recoder } from './lines.ts';
import { Paths, tagOf } from './paths.ts';
import { PositionFile } from './position-file.ts';
import { schema } from './schema.ts';
import { Watcher } from './watcher.ts';

const TICK_MS = 50;
const ACTIVE_MS = 100;
const IDLE_MS = 1000;
/** A file that grew within this time counts as active. */
const ACTIVE_FOR_MS = 5000;
/** Discovery in between chokidar's events, when the folder itself does not exist yet. */
const MIN_REFRESH_MS = 1000;
/** Longest line without max_line_size: bounds memory. */
const LONGEST_LINE = 128 * 1024 * 1024;

export const plugin = defineInput({
  kind: 'input',
  singleWorker: true,
  type: 'tail',
  doc: 'Follows files and emits their lines.',
  schema,
  create(config, host) {
    if (config.path.trim() === '') throw new PluginConfigError("tail: 'path' parameter is required on tail input");
    const encoding = config.encoding === undefined ? 'bytes' : 'utf-8';
    const parser = host.parser(config.$element.child('parse'), undefined, { encoding });
    if (config.pos_file === undefined)
      host.log.warn(
        "'pos_file PATH' parameter is not set to a 'tail' source. this parameter is highly recommended to save the position to resume tailing.",
      );
    const options: LineOptions = {
      parser,
      host,
      pathKey: config.path_key,
      emitUnmatched: config.emit_unmatched_lines,
      maxLine: config.max_line_size,
      recode: recoder(config.encoding, config.from_encoding),
    };
    return new Tail(config, host, options);
  },
});

interface Followed {
  readonly watcher: Watcher;
  readonly lines: LineReader;
  readonly tag: string;
  budgetAt: number;
  budget: number;
}

class Tail implements Input {
  readonly #config: ConfigOf<typeof schema>;
  readonly #host: InputHost;
  readonly #lineOptions: LineOptions;
  readonly #paths: Paths;
  readonly #current = new Map<string, Followed>();
  /** Files whose path leads elsewhere now. */
  #rotated: Followed[] = [];
  #positions: PositionFile | undefined;
  #folders: FSWatcher | undefined;
  #timers: Timer[] = [];
  #pump: Promise<void> | undefined;
  #stopping = false;
  #started = false;
  #stats = { opened: 0, closed: 0, rotated: 0 };
  readonly #count: (lines: number, bytes: number) => void;

  constructor(config: ConfigOf<typeof schema>, host: InputHost, lineOptions: LineOptions) {
    this.#config = config;
    this.#host = host;
    this.#lineOptions = lineOptions;
    this.#paths = new Paths({
      path: config.path,
      delimiter: config.path_delimiter,
      exclude: config.exclude_path,
      timezone: config.path_timezone,
      recently: config.limit_recently_modified,
    });
    this.#count = counters(host);
  }

  start(): void {
    const { clock, fs } = this.#host.ports;
    const { pos_file: file } = this.#config;
    if (file !== undefined) {
      this.#positions = new PositionFile(file, fs, 0o644);
      if (this.#positions.damaged > 0)
        this.#host.log.warn('damaged lines in the pos_file were left out', {
          pos_file: file,
          lines: this.#positions.damaged,
        });
    }
    if (!this.#config.skip_refresh_on_startup) this.#refresh();
    this.#started = true;
    this.#watchFolders();
    this.#timers.push(clock.every(TICK_MS, () => this.#tick()));
    this.#timers.push(
      clock.every(Math.max(50, Math.min(this.#config.refresh_interval * 1000, MIN_REFRESH_MS)), () => this.#refresh()),
    );
    const compaction = this.#config.pos_file_compaction_interval;
    if (compaction !== undefined && compaction > 0)
      this.#timers.push(clock.every(compaction * 1000, () => this.#positions?.compact()));
    this.#tick();
  }

  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    for (const timer of this.#timers) timer.cancel();
    await this.#folders?.close();
    await this.#pump;
    for (const followed of this.#all()) this.#closeFile(followed);
    this.#positions?.close();
  }

  files(): FollowedFile[] {
    return this.#all().map(({ watcher }) => ({
      path: watcher.path,
      inode: watcher.inode,
      position: watcher.position,
      size: watcher.size,
      caughtUpAt: watcher.caughtUpAt,
    }));
  }

  stats(): PluginStats {
    return {
      opened_file_count: this.#stats.opened,
      closed_file_count: this.#stats.closed,
      rotated_file_count: this.#stats.rotated,
    };
  }

  #all(): Followed[] {
    return [...this.#rotated, ...this.#current.values()];
  }

  #watchFolders(): void {
    const folders = this.#paths
      .folders(this.#host.ports.clock.now())
      .filter((folder) => this.#host.ports.fs.existsSync(folder));
    if (folders.length === 0) return;
    // Only names matter here; what files hold is looked at by their watchers.
    this.#folders = chokidar.watch(folders, {
      depth: 0,
      followSymlinks: false,
      ignoreInitial: true,
      persistent: false,
    });
    this.#folders.on('add', () => this.#refresh());
    this.#folders.on('error', (error) => this.#host.log.debug('watching folders failed', { error }));
  }

  /** Finds new files and forgets those that are gone. */
  #refresh(): void {
    if (this.#stopping) return;
    const now = this.#host.ports.clock.now();
    let found: string[];
    try {
      found = this.#paths.expand(now);
    } catch (error) {
      this.#host.log.warn('the list of files could not be made', { error });
      return;
    }
    for (const file of found) if (!this.#current.has(file)) this.#open(file, !this.#started);
    if (!this.#started)
      for (const file of this.#positions?.paths() ?? [])
        if (!found.includes(file) && !this.#host.ports.fs.existsSync(file)) this.#positions?.unwatch(file);
  }

  #open(file: string, atStart: boolean): void {
    const { fs } = this.#host.ports;
    try {
      const known = this.#positions?.get(file);
      const inode = fs.statSync(file).ino;
      const position =
        known === undefined
          ? atStart && !this.#config.read_from_head
            ? 'end'
            : 0
          : known.inode === inode
            ? known.position
            : 0;
      this.#follow(new Watcher(file, fs, this.#host.nodeName, position));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return;
      if (code === 'EACCES' || code === 'EPERM')
        this.#host.log.warn(`expand_paths: stat() for ${file} failed with ${code}. Skip file.`);
      else this.#host.log.warn('a file could not be opened', { file, error });
    }
  }

  #follow(watcher: Watcher): void {
    const followed: Followed = {
      watcher,
      lines: new LineReader(this.#lineOptions, watcher.path, watcher),
      tag: tagOf(this.#config.tag, watcher.path),
      budgetAt: 0,
      budget: 0,
    };
    watcher.caughtUpAt = this.#host.ports.clock.now();
    this.#current.set(watcher.path, followed);
    this.#positions?.set(watcher.path, watcher.position, watcher.inode);
    this.#stats.opened++;
    this.#host.log.info(`following tail of ${watcher.path}`);
  }

  #closeFile({ watcher }: Followed): void {
    watcher.close();
    this.#stats.closed++;
  }

  /** Looks at files that are due and reads until none of them has more. */
  #tick(): void {
    if (this.#pump !== undefined || this.#stopping) return;
    this.#pump = this.#run()
      .catch((error: unknown) => this.#host.log.error('unexpected error while reading', { error }))
      .finally(() => {
        this.#pump = undefined;
      });
  }

  async #run(): Promise<void> {
    const mono = this.#host.ports.clock.monotonic();
    let ready = this.#all().filter((followed) => this.#due(followed, mono));
    while (ready.length > 0 && !this.#stopping) {
      const more: Followed[] = [];
      for (const followed of ready) {
        if (this.#stopping) return;
        if (await this.#readBlock(followed)) more.push(followed);
      }
      ready = more;
      // Timers, flushes and the metrics endpoint get their turn.
      if (more.length > 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await this.#flushOld();
  }

  #due(followed: Followed, mono: number): boolean {
    const { watcher } = followed;
    if (mono < watcher.nextLook) return false;
    let grew = false;
    try {
      grew = watcher.look();
      if (!grew) watcher.caughtUpAt = this.#host.ports.clock.now();
      if (grew) watcher.lastGrowth = mono;
      else this.#checkPath(followed, mono);
    } catch (error) {
      this.#host.log.warn('a file could not be looked at', { file: watcher.path, error });
    }
    watcher.nextLook = mono + (mono - watcher.lastGrowth < ACTIVE_FOR_MS ? ACTIVE_MS : IDLE_MS);
    return grew;
  }

  /** At the end of a file: does its path still lead to it? Only then may the next file of the path be read. */
  #checkPath(followed: Followed, mono: number): void {
    const { watcher } = followed;
    if (this.#current.get(watcher.path) !== followed) return this.#retire(followed, mono);
    const { fs } = this.#host.ports;
    const stat = fs.statSync(watcher.path, { throwIfNoEntry: false });
    if (stat?.ino === watcher.inode) return;
    this.#stats.rotated++;
    this.#rotated.push(followed);
    this.#current.delete(watcher.path);
    watcher.lastGrowth = mono;
    if (stat !== undefined) {
      this.#host.log.info(`detected rotation of ${watcher.path}; waiting ${this.#config.rotate_wait} seconds`);
      this.#open(watcher.path, false);
    } else this.#positions?.unwatch(watcher.path);
  }

  /** A rotated file stays open for late writers. */
  #retire(followed: Followed, mono: number): void {
    const { watcher } = followed;
    watcher.drainedAt ??= mono;
    if (mono - watcher.drainedAt < this.#config.rotate_wait * 1000) return;
    this.#rotated = this.#rotated.filter((other) => other !== followed);
    this.#closeFile(followed);
  }

  /** Reads and emits one block; true when there may be more. */
  async #readBlock(followed: Followed): Promise<boolean> {
    const { watcher, lines } = followed;
    if (!this.#hasBudget(followed)) return false;
    const block = watcher.read(this.#config.max_line_size ?? LONGEST_LINE, (bytes) =>
      this.#host.log.warn('received line length is longer than max_line_size', { file: watcher.path, bytes }),
    );
    if (block === undefined) return false;
    const events: LogEvent[] = [];
    const now = this.#host.ports.clock.now();
    lines.read(block.text, block.from, events, now);
    if (!(await this.#emit(followed, events))) return false;
    this.#count(events.length, block.to - watcher.position);
    followed.budget -= block.to - watcher.position;
    watcher.advance(block.to);
    this.#save(followed);
    const more = watcher.look();
    if (!more) watcher.caughtUpAt = now;
    return more;
  }

  /** False when the buffers are full: the lines stay unread in their file and are tried again. */
  async #emit(followed: Followed, events: LogEvent[]): Promise<boolean> {
    if (events.length === 0) return true;
    try {
      const done = this.#host.emit(new EventStream(followed.tag, events));
      if (done !== undefined) await done;
    } catch (error) {
      this.#host.log.warn('emit transaction failed', { error, tag: followed.tag });
      if (!(error instanceof BufferOverflowError)) return true;
      followed.watcher.advance(followed.lines.safePosition(followed.watcher.position));
      followed.lines.forget();
      return false;
    }
    return true;
  }

  #save({ watcher, lines }: Followed): void {
    const entry = this.#positions?.get(watcher.path);
    if (entry !== undefined && entry.inode === watcher.inode)
      this.#positions?.update(entry, lines.safePosition(watcher.position));
  }

  #hasBudget(followed: Followed): boolean {
    const limit = this.#config.read_bytes_limit_per_second;
    if (limit <= 0) return true;
    const mono = this.#host.ports.clock.monotonic();
    if (mono - followed.budgetAt >= 1000) {
      followed.budgetAt = mono;
      followed.budget = limit;
    }
    return followed.budget > 0;
  }

  /** Multi-line records whose next first line does not come. */
  async #flushOld(): Promise<void> {
    const after = this.#config.multiline_flush_interval;
    if (after === undefined) return;
    const now = this.#host.ports.clock.now();
    for (const followed of this.#all()) {
      if (!followed.lines.pending || now - followed.lines.pendingSince < after * 1000) continue;
      const events: LogEvent[] = [];
      followed.lines.flush(events, now);
      if (await this.#emit(followed, events)) this.#save(followed);
    }
  }
}

function counters(host: InputHost): (lines: number, bytes: number) => void {
  const lines = host.metrics.counter('sluice_tail_lines_total', 'Lines read from followed files.', ['plugin_id']);
  const bytes = host.metrics.counter('sluice_tail_bytes_total', 'Bytes read from followed files.', ['plugin_id']);
  const labels = { plugin_id: host.id };
  return (l, b) => {
    lines.inc(l, labels);
    bytes.inc(b, labels);
  };
}
