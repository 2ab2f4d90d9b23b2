/**
 * `@type tail`: follows files.
 *
 * Guarantees: a rotated file is read to its end before the file that took its place, whatever `rotate_wait` says; rotated siblings that nobody
 * read are found and read before it (chain.ts). The position moves after the pipeline has the lines on disk, in this order: the file's
 * identity (identity-file.ts), lines in a chunk, position; a full buffer pauses reading; no file starves another (one block per file
 * and turn). New files are noticed by chokidar on the folders and by a slow reconciliation. Reading is by timer: active files
 * ten times a second, idle ones once.
 */
import chokidar, { type FSWatcher } from 'chokidar';
import type { ConfigOf } from '../../../config/schema.ts';
import { BufferOverflowError, PluginConfigError } from '../../core/errors.ts';
import { EventStream, type LogEvent } from '../../core/event.ts';
import type { Timer } from '../../core/ports.ts';
import { defineInput, type FollowedFile, type Input, type InputHost, type PluginStats } from '../../plugin.ts';
import { Chains } from './chain.ts';
import { Groups } from './groups.ts';
import { markOf } from './head.ts';
import { IdentityFile } from './identity-file.ts';
import { type LineOptions, LineReader, recoder } from './lines.ts';
import { PackedReader } from './packed.ts';
import { Paths, tagOf } from './paths.ts';
import { PositionFile } from './position-file.ts';
import { schema } from './schema.ts';
import type { Lines, Watcher } from './watcher.ts';

const TICK_MS = 50;
const ACTIVE_MS = 100;
const IDLE_MS = 1000;
/** A file that grew within this time counts as active. */
const ACTIVE_FOR_MS = 5000;
/** Discovery in between chokidar's events, when the folder itself does not exist yet. */
const MIN_REFRESH_MS = 1000;
/** Longest line without max_line_size: bounds memory. */
const LONGEST_LINE = 128 * 1024 * 1024;
/** Entries of files that are gone, kept for files that come back; beyond, the oldest go. */
const GONE_ENTRIES = 1000;

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
  packed: PackedReader | undefined;
  /** Bytes of the head that are on record. */
  recorded: number;
  budgetAt: number;
  budget: number;
}

/** Files of one path, oldest first; only the first is read. */
type Chain = Followed[];

class Tail implements Input {
  readonly #config: ConfigOf<typeof schema>;
  readonly #host: InputHost;
  readonly #lineOptions: LineOptions;
  readonly #paths: Paths;
  readonly #chains = new Map<string, Chain>();
  /** Files that were read to their end and replaced: writers may be late. */
  #late: Followed[] = [];
  #opener: Chains;
  readonly #groups: Groups | undefined;
  #positions: PositionFile | undefined;
  #identities: IdentityFile | undefined;
  readonly #gone = new Set<string>();
  readonly #denied = new Set<string>();
  #folders: FSWatcher | undefined;
  #timers: Timer[] = [];
  #pump: Promise<void> | undefined;
  #stopping = false;
  #started = false;
  #stats = { opened: 0, closed: 0, rotated: 0 };
  readonly #abandoned: ReturnType<InputHost['metrics']['counter']>;
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
    this.#abandoned = host.metrics.counter(
      'sluice_tail_abandoned_bytes_total',
      'Bytes of deleted files that were left unread because of held_deleted_limit.',
      ['plugin_id'],
    );
    const group = config.$sections.group[0];
    this.#groups = group === undefined ? undefined : new Groups(group);
    this.#opener = this.#chainsFrom(Number.POSITIVE_INFINITY);
  }

  #chainsFrom(startedAt: number): Chains {
    const { fs, clock } = this.#host.ports;
    return new Chains({
      fs,
      nodeName: this.#host.nodeName,
      startedAt,
      isFollowed: (file) => this.#chains.has(file),
      now: () => clock.now(),
    });
  }

  start(): void {
    const { clock, fs } = this.#host.ports;
    const { pos_file: file } = this.#config;
    if (file !== undefined) {
      this.#positions = new PositionFile(file, fs, 0o644);
      this.#identities = new IdentityFile(`${file}.heads`, fs);
      this.#identities.retain((known) => this.#positions?.get(known) !== undefined);
      if (this.#positions.damaged > 0)
        this.#host.log.warn('damaged lines in the pos_file were left out', {
          pos_file: file,
          lines: this.#positions.damaged,
        });
    }
    if (!this.#config.skip_refresh_on_startup) this.#refresh();
    this.#started = true;
    this.#opener = this.#chainsFrom(clock.now());
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
    return [...this.#late, ...[...this.#chains.values()].flat()];
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
      found = this.#paths.expand(now, this.#chains);
    } catch (error) {
      this.#host.log.warn('the list of files could not be made', { error });
      return;
    }
    const inodes = this.#config.follow_inodes ? new Set(this.#all().map(({ watcher }) => watcher.inode)) : undefined;
    for (const file of found) {
      const chain = this.#chains.get(file);
      if (chain === undefined) this.#open(file, inodes);
      // A file that was read to its end is looked at by its own timer.
      else if (chain.length > 1 || chain[0]!.watcher.size !== chain[0]!.watcher.position)
        this.#noticeRotation(file, chain);
    }
    if (!this.#started) this.#forgetVanished(new Set(found));
    this.#capHeld();
  }

  #forgetVanished(found: ReadonlySet<string>): void {
    for (const file of this.#positions?.paths() ?? [])
      if (!found.has(file) && !this.#host.ports.fs.existsSync(file)) this.#positions?.unwatch(file);
  }

  #open(file: string, inodes: Set<number> | undefined): void {
    const { fs } = this.#host.ports;
    try {
      const inode = fs.statSync(file).ino;
      if (inodes?.has(inode)) return;
      const entry = this.#positions?.get(file) ?? (inodes && this.#positions?.ofInode(inode));
      const known = entry && {
        position: entry.position,
        inode: entry.inode,
        identity: this.#identities?.find(entry.path, entry.inode),
        before: this.#identities?.before(entry.path, entry.inode),
      };
      const watchers = this.#opener.open(file, known, this.#started);
      if (known === undefined && !this.#started && !this.#config.read_from_head)
        watchers[0]!.position = watchers[0]!.size;
      const chain = watchers.map((watcher) => this.#followed(watcher));
      this.#chains.set(file, chain);
      this.#gone.delete(file);
      this.#denied.delete(file);
      inodes?.add(inode);
      this.#record(chain[0]!);
      this.#host.log.info(`following tail of ${file}`);
    } catch (error) {
      this.#openFailed(file, error);
    }
  }

  #openFailed(file: string, error: unknown): void {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    if (code !== 'EACCES' && code !== 'EPERM')
      return this.#host.log.warn('a file could not be opened', { file, error });
    if (this.#config.ignore_repeated_permission_error && this.#denied.has(file)) return;
    this.#denied.add(file);
    this.#host.log.warn(`expand_paths: stat() for ${file} failed with ${code}. Skip file.`);
  }

  #followed(watcher: Watcher): Followed {
    this.#stats.opened++;
    watcher.caughtUpAt = this.#host.ports.clock.now();
    return {
      watcher,
      lines: new LineReader(this.#lineOptions, watcher.path, watcher),
      tag: tagOf(this.#config.tag, watcher.path),
      packed: undefined,
      recorded: -1,
      budgetAt: 0,
      budget: 0,
    };
  }

  /** The file of its path whose position is kept; late lines of rotated files are read beside it. */
  #isCurrent(followed: Followed): boolean {
    return this.#chains.get(followed.watcher.path)?.[0] === followed;
  }

  /**
   * Puts down which file is read now, then its position: before the first line of it is emitted. A disk that refuses costs lines sent twice
   * after a crash, never the flow: `#save` tries again.
   */
  #record(followed: Followed): void {
    const { watcher } = followed;
    try {
      watcher.refreshHead();
      this.#recordHead(followed);
      this.#positions?.set(watcher.path, followed.lines.safePosition(watcher.position), watcher.inode);
    } catch (error) {
      followed.recorded = -1;
      this.#host.log.warn('a position could not be saved', { file: watcher.path, error });
    }
  }

  #recordHead(followed: Followed): void {
    const { watcher } = followed;
    if (followed.recorded === watcher.head.length) return;
    const { inode, id, real } = watcher;
    this.#identities?.set(watcher.path, { inode, mark: markOf(watcher.head), id, real });
    followed.recorded = watcher.head.length;
  }

  #closeFile({ watcher }: Followed): void {
    watcher.close();
    this.#stats.closed++;
  }

  /** Opens what came after the last file of a chain at once: rotated files may be gone or packed before their turn. */
  #noticeRotation(file: string, chain: Chain): void {
    const last = chain.at(-1)!.watcher;
    try {
      const stat = this.#host.ports.fs.statSync(file, { throwIfNoEntry: false });
      if (stat === undefined || (stat.ino === last.inode && stat.dev === last.dev)) return;
      const held = chain.map(({ watcher }) => markOf(watcher.head));
      const newer = this.#opener.newer(file, last, [...held, ...(this.#identities?.marks(file) ?? [])]);
      this.#stats.rotated += newer.length;
      chain.push(...newer.map((watcher) => this.#followed(watcher)));
      this.#host.log.info(`detected rotation of ${file}; waiting ${this.#config.rotate_wait} seconds`);
    } catch (error) {
      this.#openFailed(file, error);
    }
  }

  /** Deleted files are held open until they are read, up to held_deleted_limit. */
  #capHeld(): void {
    const limit = this.#config.held_deleted_limit;
    if (limit === undefined) return;
    const held = [...this.#chains.values()].flatMap((chain) =>
      chain.slice(0, -1).filter(({ watcher }) => watcher.deleted),
    );
    const unread = ({ watcher }: Followed) => Math.max(0, watcher.size - watcher.position);
    let total = held.reduce((bytes, followed) => bytes + unread(followed), 0);
    for (const followed of held) {
      if (total <= limit) return;
      const bytes = unread(followed);
      total -= bytes;
      this.#abandoned.inc(bytes, { plugin_id: this.#host.id });
      this.#host.log.error('a deleted file was left unread because of held_deleted_limit', {
        file: followed.watcher.real,
        bytes,
      });
      followed.watcher.advance(followed.watcher.position + bytes);
    }
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
    let ready = this.#late.filter((followed) => this.#isLate(followed, mono));
    const due: Chain[] = [];
    for (const chain of this.#chains.values())
      if (mono >= chain[0]!.watcher.nextLook && this.#due(chain, mono)) due.push(chain);
    // Paths with rotated files waiting come first: their files may be deleted under us.
    due.sort((a, b) => b.length - a.length);
    ready.push(...due.map((chain) => chain[0]!));
    while (ready.length > 0 && !this.#stopping) {
      const more: Followed[] = [];
      for (const followed of ready) {
        if (this.#stopping) return;
        if (await this.#readBlock(followed)) more.push(followed);
        else {
          const next = await this.#next(followed);
          if (next !== undefined) more.push(next);
        }
      }
      ready = more;
      // Timers, flushes and the metrics endpoint get their turn.
      if (more.length > 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await this.#flushOld();
  }

  #due(chain: Chain, mono: number): boolean {
    const { watcher } = chain[0]!;
    let grew = false;
    try {
      grew = watcher.packed || watcher.look() || chain.length > 1;
      if (grew) watcher.lastGrowth = mono;
      else {
        watcher.caughtUpAt = this.#host.ports.clock.now();
        grew = this.#checkPath(chain, mono);
      }
    } catch (error) {
      this.#host.log.warn('a file could not be looked at', { file: watcher.path, error });
    }
    watcher.nextLook = mono + (mono - watcher.lastGrowth < ACTIVE_FOR_MS ? ACTIVE_MS : IDLE_MS);
    return grew;
  }

  /** At the end of a file: does its path still lead to it? Only then may the next file of the path be read. */
  #checkPath(chain: Chain, mono: number): boolean {
    const { watcher } = chain[0]!;
    const { fs } = this.#host.ports;
    const stat = fs.statSync(watcher.path, { throwIfNoEntry: false });
    if (stat === undefined) {
      watcher.drainedAt ??= mono;
      if (mono - watcher.drainedAt < this.#config.rotate_wait * 1000) return false;
      this.#late.push(chain[0]!);
      this.#chains.delete(watcher.path);
      this.#rememberGone(watcher.path);
      return false;
    }
    watcher.drainedAt = undefined;
    if (stat.ino === watcher.inode && stat.dev === watcher.dev) return false;
    this.#noticeRotation(watcher.path, chain);
    return chain.length > 1;
  }

  /** Pods come and go: the entries of all of them would fill the pos_file. */
  #rememberGone(file: string): void {
    this.#gone.add(file);
    if (this.#gone.size <= GONE_ENTRIES) return;
    const oldest = [...this.#gone].slice(0, GONE_ENTRIES / 2);
    for (const old of oldest) {
      this.#gone.delete(old);
      this.#positions?.unwatch(old);
    }
    this.#positions?.compact();
    this.#identities?.retain((known) => this.#positions?.get(known) !== undefined);
  }

  /** The first file of a chain is at its end and another waits: that one's turn. Late lines of the old one are read beside it. */
  async #next(followed: Followed): Promise<Followed | undefined> {
    const { watcher } = followed;
    const chain = this.#chains.get(watcher.path);
    if (chain?.[0] !== followed || chain.length < 2) return undefined;
    if (watcher.packed ? followed.packed !== undefined : watcher.look()) return undefined;
    if (followed.lines.pending && !(await this.#flush(followed))) return undefined;
    chain.shift();
    if (watcher.packed) this.#closeFile(followed);
    else this.#late.push(followed);
    watcher.drainedAt = this.#host.ports.clock.monotonic();
    this.#record(chain[0]!);
    return chain[0]!;
  }

  /** A rotated file stays open for late writers. */
  #isLate(followed: Followed, mono: number): boolean {
    const { watcher } = followed;
    if (mono < watcher.nextLook) return false;
    watcher.nextLook = mono + ACTIVE_MS;
    if (watcher.look()) {
      watcher.drainedAt = mono;
      return true;
    }
    if (mono - (watcher.drainedAt ??= mono) >= this.#config.rotate_wait * 1000) {
      this.#late = this.#late.filter((other) => other !== followed);
      this.#closeFile(followed);
    }
    return false;
  }

  /** Reads and emits one block; true when there may be more. */
  async #readBlock(followed: Followed): Promise<boolean> {
    const { watcher, lines } = followed;
    const now = this.#host.ports.clock.now();
    if (!this.#hasBudget(followed)) return false;
    const whole = await this.#readLines(followed);
    if (whole === undefined) return false;
    const block = this.#groups?.cut(watcher.path, whole, now) ?? whole;
    if (block.to === block.from) return false;
    const safe = lines.safePosition(watcher.position);
    const events: LogEvent[] = [];
    lines.read(block.text, block.from, events, now);
    if (!(await this.#emit(followed, events, safe))) return false;
    this.#count(events.length, block.to - watcher.position);
    followed.budget -= block.to - watcher.position;
    watcher.advance(block.to);
    this.#save(followed);
    const more = watcher.packed || watcher.look();
    if (!more) watcher.caughtUpAt = now;
    return more && block === whole;
  }

  async #readLines(followed: Followed): Promise<Lines | undefined> {
    const { watcher } = followed;
    const longest = this.#config.max_line_size ?? LONGEST_LINE;
    const repair = this.#lineOptions.recode === undefined;
    if (watcher.packed) return this.#readPacked(followed, longest, repair);
    if (!watcher.verify()) {
      if (this.#chains.get(watcher.path)?.at(-1) !== followed) {
        // A rotated file or a copy was written over: what stood there is gone.
        watcher.refuse();
        return undefined;
      }
      if (this.#restart(followed)) return undefined;
    } else if (followed.recorded !== watcher.head.length && this.#isCurrent(followed)) this.#record(followed);
    return watcher.read(longest, repair, (bytes) =>
      this.#host.log.warn('received line length is longer than max_line_size', { file: watcher.path, bytes }),
    );
  }

  async #readPacked(followed: Followed, longest: number, repair: boolean): Promise<Lines | undefined> {
    const { watcher } = followed;
    let found: Lines | undefined;
    try {
      followed.packed ??= new PackedReader(this.#host.ports.fs, watcher.fd, repair);
      found = await followed.packed.read(watcher.position, longest);
    } catch (error) {
      this.#host.log.error('a packed file could not be read to its end', { file: watcher.real, error });
    }
    if (found === undefined) followed.packed = undefined;
    return found;
  }

  /** The file was cut off. True when a copy of what it was has the turn before it. */
  #restart(followed: Followed): boolean {
    const { watcher } = followed;
    const copies = this.#opener.copies(watcher);
    this.#host.log.info(`detected truncation of ${watcher.path}`);
    this.#opener.restart(watcher);
    followed.recorded = -1;
    const chain = this.#chains.get(watcher.path);
    if (copies.length > 0 && chain?.[0] === followed) {
      chain.unshift(...copies.map((copy) => this.#followed(copy)));
      watcher.nextLook = 0;
      this.#record(chain[0]!);
      return true;
    }
    this.#record(followed);
    return false;
  }

  /** False when the buffers are full: the lines stay unread in their file and are tried again. */
  async #emit(followed: Followed, events: LogEvent[], safe: number): Promise<boolean> {
    if (events.length === 0) return true;
    try {
      const done = this.#host.emit(new EventStream(followed.tag, events));
      if (done !== undefined) await done;
    } catch (error) {
      this.#host.log.warn('emit transaction failed', { error, tag: followed.tag });
      // What the disk refused (full, read-only, broken) is tried again; what a plugin refused would be refused again.
      if (!(error instanceof BufferOverflowError) && (error as NodeJS.ErrnoException).syscall === undefined)
        return true;
      followed.watcher.advance(safe);
      followed.lines.forget();
      followed.packed = undefined;
      followed.watcher.nextLook = this.#host.ports.clock.monotonic() + IDLE_MS;
      return false;
    }
    return true;
  }

  #save(followed: Followed): void {
    const { watcher, lines } = followed;
    const entry = this.#positions?.get(watcher.path);
    if (entry?.inode !== watcher.inode || followed.recorded < 0) {
      if (this.#isCurrent(followed)) this.#record(followed);
      return;
    }
    try {
      this.#positions?.update(entry, lines.safePosition(watcher.position));
    } catch (error) {
      this.#host.log.warn('a position could not be saved', { file: watcher.path, error });
    }
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
      await this.#flush(followed);
    }
  }

  /** Emits an unfinished record; false when it has to wait. */
  async #flush(followed: Followed): Promise<boolean> {
    const events: LogEvent[] = [];
    const safe = followed.lines.safePosition(followed.watcher.position);
    followed.lines.flush(events, this.#host.ports.clock.now());
    if (!(await this.#emit(followed, events, safe))) return false;
    this.#save(followed);
    return true;
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
