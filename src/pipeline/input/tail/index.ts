/**
 * `@type tail`: follows files.
 *
 * Guarantees: a rotated file is read to its end before the file that took its place, whatever `rotate_wait` says; rotated siblings that nobody
 * read are found and read before it (chain.ts). Positions move after the pipeline has the lines on disk (reading.ts, ledger.ts); a full buffer
 * pauses reading; no file starves another: one block per file and turn, and who becomes due while others are read joins in. New
 * files are noticed by chokidar on the folders and by a slow reconciliation. Active files are looked at by timer, ten to a hundred times a second,
 * files at rest when the kernel tells of a write, and now and then (turns.ts).
 */

import chokidar, { type FSWatcher } from 'chokidar';
import type { ConfigOf } from '../../../config/schema.ts';
import type { Timer } from '../../core/ports.ts';
import { defineInput, type FollowedFile, type Input, type InputHost, type PluginStats } from '../../plugin.ts';
import { Chains, type Known } from './chain.ts';
import { checkConfig } from './checks.ts';
import { type Chain, type Followed, Following } from './followed.ts';
import { markOf } from './head.ts';
import { Held } from './held.ts';
import { identityOf } from './identity-file.ts';
import { Ledger } from './ledger.ts';
import { type LineOptions, LineReader, recoder } from './lines.ts';
import { mostFiles } from './most-files.ts';
import { Paths, tagOf } from './paths.ts';
import { Reading } from './reading.ts';
import { schema } from './schema.ts';
import { Turns } from './turns.ts';
import type { Watcher } from './watcher.ts';

/** Discovery in between chokidar's events, when the folder itself does not exist yet. */
const MIN_REFRESH_MS = 1000;
const MOST_DRAINED = 1000;
/** New files that come within this time are opened together. */
const APPEARED_MS = 50;

export const plugin = defineInput({
  kind: 'input',
  singleWorker: true,
  ownFile: 'pos_file',
  type: 'tail',
  doc: 'Follows files and emits their lines.',
  schema,
  create(config, host) {
    checkConfig(config);
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

class Tail implements Input {
  readonly #config: ConfigOf<typeof schema>;
  readonly #host: InputHost;
  readonly #lineOptions: LineOptions;
  readonly #paths: Paths;
  readonly #following = new Following();
  #opener: Chains;
  #ledger: Ledger | undefined;
  #turns: Turns | undefined;
  readonly #denied = new Set<string>();
  /** Files that may be open at the same time. */
  #most = Number.POSITIVE_INFINITY;
  #isShort = false;
  readonly #waiting: ReturnType<InputHost['metrics']['gauge']>;
  #folders: FSWatcher | undefined;
  /** Names that appeared since the last tick. */
  readonly #appeared = new Set<string>();
  #timers: Timer[] = [];
  #tickTimer: Timer | undefined;
  /** Milliseconds between ticks. */
  #pause = 0;
  #stopping = false;
  #started = false;
  #stats = { opened: 0, closed: 0, rotated: 0 };
  readonly #held: Held | undefined;
  /** With follow_inodes: rotated files that were read to their end, by inode. They may be followed again by their new names. */
  readonly #drained = new Map<number, Known>();

  constructor(config: ConfigOf<typeof schema>, host: InputHost, lineOptions: LineOptions) {
    this.#config = config;
    this.#host = host;
    this.#lineOptions = lineOptions;
    this.#paths = new Paths({
      path: config.path,
      policy: config.glob_policy,
      delimiter: config.path_delimiter,
      exclude: config.exclude_path,
      timezone: config.path_timezone,
      recently: config.limit_recently_modified,
    });
    const { held_deleted_limit: held } = config;
    this.#held = held === undefined ? undefined : new Held(held, this.#following, host);
    this.#waiting = host.metrics.gauge('sluice_tail_waiting_files', 'Files that are not opened because too many are.', [
      'plugin_id',
    ]);
    this.#opener = this.#chainsFrom(Number.POSITIVE_INFINITY);
  }

  #chainsFrom(startedAt: number): Chains {
    const { fs, clock } = this.#host.ports;
    return new Chains({
      fs,
      nodeName: this.#host.nodeName,
      startedAt,
      isFollowed: (file) => this.#following.chains.has(file),
      now: () => clock.now(),
    });
  }

  start(): void {
    const { clock, fs } = this.#host.ports;
    const config = this.#config;
    const host = this.#host;
    const following = this.#following;
    const ledger = new Ledger(config.pos_file, fs, following, host.log);
    this.#ledger = ledger;
    this.#most = mostFiles(fs);
    if (!config.skip_refresh_on_startup) this.#refresh();
    this.#started = true;
    this.#opener = this.#chainsFrom(clock.now());
    const reading = new Reading({
      ...{ config, host, following, ledger, opener: this.#opener },
      repair: this.#lineOptions.recode === undefined,
      follow: (watcher) => this.#follow(watcher),
    });
    this.#turns = new Turns({
      ...{ host, following, ledger, reading, rotateWait: config.rotate_wait },
      noticeRotation: (file, chain) => this.#noticeRotation(file, chain),
      close: (followed) => {
        if (config.follow_inodes) this.#keepDrained(followed);
        this.#closeFile(followed);
      },
      wake: () => this.#tick(),
    });
    this.#watchFolders();
    this.#timers.push(
      clock.every(Math.max(50, Math.min(config.refresh_interval * 1000, MIN_REFRESH_MS)), () => this.#refresh()),
    );
    const compaction = config.pos_file_compaction_interval;
    if (compaction !== undefined && compaction > 0)
      this.#timers.push(clock.every(compaction * 1000, () => ledger.compact()));
    this.#tick();
  }

  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    for (const timer of this.#timers) timer.cancel();
    this.#tickTimer?.cancel();
    await this.#folders?.close();
    await this.#turns?.stop();
    for (const followed of this.#following.all()) this.#closeFile(followed);
    this.#ledger?.close();
  }

  files(): FollowedFile[] {
    return this.#following.all().map(({ watcher }) => ({
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

  #tick(): void {
    if (this.#stopping) return;
    if (this.#appeared.size > 0) this.#openAppeared();
    this.#ledger?.saveReleased();
    this.#turns!.run();
    const { pause } = this.#turns!;
    if (pause === this.#pause) return;
    this.#pause = pause;
    this.#tickTimer?.cancel();
    this.#tickTimer = this.#host.ports.clock.every(pause, () => this.#tick());
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
    // Many come at once: they are opened together, and none of them costs a look at all others.
    this.#folders.on('add', (file) => {
      if (this.#appeared.size === 0) this.#host.ports.clock.after(APPEARED_MS, () => this.#tick());
      this.#appeared.add(file);
    });
    this.#folders.on('error', (error) => this.#host.log.debug('watching folders failed', { error }));
  }

  #openAppeared(): void {
    const files = [...this.#appeared];
    this.#appeared.clear();
    const now = this.#host.ports.clock.now();
    const inodes = this.#followedInodes();
    for (const file of files)
      if (!this.#following.chains.has(file) && this.#hasRoom() && this.#paths.includes(file, now))
        this.#open(file, inodes);
  }

  /** Finds new files and forgets those that are gone. */
  #refresh(): void {
    if (this.#stopping) return;
    const { chains } = this.#following;
    let found: string[];
    try {
      found = this.#paths.expand(this.#host.ports.clock.now(), chains);
    } catch (error) {
      this.#host.log.warn('the list of files could not be made', { error });
      return;
    }
    const inodes = this.#followedInodes();
    let waiting = 0;
    for (const file of found) {
      const chain = chains.get(file);
      if (chain === undefined && !this.#hasRoom()) waiting++;
      else if (chain === undefined) this.#open(file, inodes);
      // A file that was read to its end is looked at by its own timer.
      else if (chain.length > 1 || chain[0]!.watcher.size !== chain[0]!.watcher.position)
        this.#noticeRotation(file, chain);
    }
    if (!this.#started) this.#ledger?.forgetVanished(new Set(found), this.#host.ports.fs.existsSync);
    if (waiting > 0 && !this.#isShort)
      this.#host.log.warn('too many files for the limit of open files: some wait until others are gone', {
        most: this.#most,
        waiting,
      });
    this.#isShort = waiting > 0;
    this.#waiting.set(waiting, { plugin_id: this.#host.id });
    this.#held?.cap();
  }

  /** Buffers and connections need descriptors too, or what is read could not go on. */
  #hasRoom(): boolean {
    return this.#stats.opened - this.#stats.closed < this.#most;
  }

  #followedInodes(): Set<number> | undefined {
    return this.#config.follow_inodes ? new Set(this.#following.all().map(({ watcher }) => watcher.inode)) : undefined;
  }

  #open(file: string, inodes: Set<number> | undefined): void {
    const { fs } = this.#host.ports;
    try {
      const inode = fs.statSync(file).ino;
      if (inodes?.has(inode)) return;
      const known = this.#ledger?.find(file, inode, inodes !== undefined) ?? this.#drained.get(inode);
      const watchers = this.#opener.open(file, known, this.#cameUnseen);
      if (known === undefined && !this.#started && !this.#config.read_from_head)
        watchers[0]!.position = watchers[0]!.size;
      const chain = watchers.map((watcher) => this.#follow(watcher));
      this.#following.chains.set(file, chain);
      this.#ledger?.isBack(file);
      this.#denied.delete(file);
      inodes?.add(inode);
      this.#ledger?.record(chain[0]!);
      this.#host.log.info(`following tail of ${file}`);
    } catch (error) {
      this.#openFailed(file, error);
    }
  }

  /** Paths that are not on record came since there is an agent here, now or while it was down: so did their rotated files. */
  get #cameUnseen(): boolean {
    return this.#started || (this.#config.read_from_head && this.#ledger?.isOld === true);
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

  #follow(watcher: Watcher): Followed {
    this.#stats.opened++;
    watcher.caughtUpAt = this.#host.ports.clock.now();
    watcher.holds.onRelease = () => this.#ledger?.released(watcher.path);
    return {
      watcher,
      lines: new LineReader(this.#lineOptions, watcher.path, watcher),
      tag: tagOf(this.#config.tag, watcher.path),
      packed: undefined,
      recorded: -1,
      sending: undefined,
      budgetAt: 0,
      budget: 0,
    };
  }

  #keepDrained({ watcher, lines }: Followed): void {
    const { inode } = watcher;
    if (this.#drained.size >= MOST_DRAINED) this.#drained.delete(this.#drained.keys().next().value!);
    this.#drained.set(inode, {
      position: lines.safePosition(watcher.position),
      inode,
      identity: identityOf(watcher),
      before: undefined,
    });
  }

  #closeFile({ watcher }: Followed): void {
    this.#turns?.forget(watcher);
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
      const newer = this.#opener.newer(file, last, [...held, ...(this.#ledger?.marks(file) ?? [])]);
      this.#stats.rotated += newer.length;
      chain.push(...newer.map((watcher) => this.#follow(watcher)));
      this.#host.log.info(`detected rotation of ${file}; waiting ${this.#config.rotate_wait} seconds`);
    } catch (error) {
      this.#openFailed(file, error);
    }
  }
}
