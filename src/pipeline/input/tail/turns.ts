/**
 * Whose turn it is: files that are due are read one block each, in turns, until none of them has more.
 *
 * Guarantees: paths with rotated files waiting come first, since these may be deleted under us; a file that becomes due while others are read has
 * its turn within TICK_MS and one round, however loud they are; an error of one file holds up no other. The next file of a path comes when the
 * one before it is at its end. Files that grow are looked at by time, so that many writes make one block; a file at rest is looked at when the
 * kernel tells of it (notices.ts), and now and then in case it does not.
 */
import type { InputHost } from '../../plugin.ts';
import type { Chain, Followed, Following } from './followed.ts';
import type { Ledger } from './ledger.ts';
import { Notices } from './notices.ts';
import type { Reading } from './reading.ts';
import type { Watcher } from './watcher.ts';

const TICK_MS = 50;
/** Looks at files that grew lately: as often as gives some 650 looks a second, within these bounds. Few files have their lines seen at once, many share blocks. */
const LEAST_ACTIVE_MS = 10;
const ACTIVE_MS_PER_FILE = 1.5;
const MOST_ACTIVE_MS = 150;
/** Up to that many files are looked at as often as may be. */
const FEW = 10;
/** Looks at rotated files, and the shortest time between looks at idle ones. */
const ACTIVE_MS = 100;
/** A file that grew within this time counts as active. */
const ACTIVE_FOR_MS = 5000;
/** The same where the kernel will tell of the next write. */
const NOTICED_ACTIVE_FOR_MS = 1000;
/** Looks at idle files: as often as gives 250 looks a second (about 0.3 % of a core), within ACTIVE_MS and this. */
const MOST_IDLE_MS = 1000;
const IDLE_MS_PER_FILE = 4;
/** The same for files of which the kernel tells: 50 looks a second, within LEAST_NOTICED_MS and this. */
const MOST_NOTICED_MS = 5000;
const LEAST_NOTICED_MS = 500;
const NOTICED_MS_PER_FILE = 20;
/** Between runs where the kernel tells of all files. */
const NOTICED_TICK_MS = 250;
/** Until a file that cannot be read is tried again. */
const AGAIN_MS = 1000;

export interface TurnsOptions {
  readonly host: InputHost;
  readonly following: Following;
  readonly ledger: Ledger;
  readonly reading: Reading;
  /** Seconds. */
  readonly rotateWait: number;
  /** The path of a chain leads elsewhere: adds what came after it. */
  noticeRotation(file: string, chain: Chain): void;
  close(followed: Followed): void;
  /** A file at rest changed: there is something to run for before the next tick. */
  wake(): void;
}

export class Turns {
  readonly #options: TurnsOptions;
  #running: Promise<void> | undefined;
  /** Files that grew lately, at the last count. */
  #active = 0;
  /** The kernel tells of all files. */
  #allNoticed = false;
  /** Something was told during a run. */
  #again = false;
  #stopping = false;
  readonly #notices: Notices;

  constructor(options: TurnsOptions) {
    this.#options = options;
    const { fs, clock } = options.host.ports;
    this.#notices = new Notices(fs, () => clock.monotonic());
  }

  /** Looks at files that are due and reads until none of them has more. */
  run(): void {
    if (this.#running !== undefined || this.#stopping) return;
    this.#running = this.#run()
      .catch((error: unknown) => this.#options.host.log.error('unexpected error while reading', { error }))
      .finally(() => {
        this.#running = undefined;
        if (!this.#again) return;
        this.#again = false;
        this.#options.wake();
      });
  }

  /** Milliseconds until the next run. */
  get pause(): number {
    if (this.#active > 0) return LEAST_ACTIVE_MS;
    return this.#allNoticed ? NOTICED_TICK_MS : TICK_MS;
  }

  /** Before a file is closed. */
  forget(watcher: Watcher): void {
    this.#notices.drop(watcher);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock } = this.#options.host.ports;
    let lookedAt = clock.monotonic();
    let ready = this.#ready(lookedAt);
    while (ready.length > 0 && !this.#stopping) {
      const more: Followed[] = [];
      for (const followed of ready) {
        if (this.#stopping) return;
        const next = await this.#turn(followed);
        if (next !== undefined) more.push(next);
      }
      ready = more;
      // Timers, flushes and the metrics endpoint get their turn.
      if (more.length > 0) await new Promise((resolve) => setImmediate(resolve));
      const mono = clock.monotonic();
      if (mono - lookedAt < TICK_MS) continue;
      lookedAt = mono;
      const busy = new Set(more);
      ready = [...this.#ready(mono).filter((followed) => !busy.has(followed)), ...more];
    }
    await this.#options.reading.flushOld();
  }

  /** One block; gives who is to be read next of this path, if there is more. */
  async #turn(followed: Followed): Promise<Followed | undefined> {
    try {
      const outcome = await this.#options.reading.block(followed);
      return outcome === 'more' ? followed : outcome === 'end' ? await this.#next(followed) : undefined;
    } catch (error) {
      const { host } = this.#options;
      host.log.warn('a file could not be read', { file: followed.watcher.path, error });
      followed.watcher.nextLook = host.ports.clock.monotonic() + AGAIN_MS;
      return undefined;
    }
  }

  #ready(mono: number): Followed[] {
    const { following } = this.#options;
    const late = following.late.filter((followed) => this.#isLate(followed, mono));
    const due: Chain[] = [];
    let [active, noticed] = [0, 0];
    for (const chain of following.chains.values()) {
      const { watcher } = chain[0]!;
      if (this.#notices.isAsked(watcher)) noticed++;
      else if (mono - watcher.lastGrowth < ACTIVE_FOR_MS) active++;
    }
    this.#active = active;
    this.#allNoticed = noticed === following.chains.size && following.late.length === 0;
    for (const chain of following.chains.values())
      if (mono >= chain[0]!.watcher.nextLook && this.#isDue(chain, mono)) due.push(chain);
    due.sort((a, b) => b.length - a.length);
    return [...late, ...due.map((chain) => chain[0]!)];
  }

  #isDue(chain: Chain, mono: number): boolean {
    const { host } = this.#options;
    const { watcher } = chain[0]!;
    let grew = false;
    try {
      grew = watcher.packed || watcher.look() || chain.length > 1;
      if (grew) watcher.lastGrowth = mono;
      else {
        watcher.caughtUpAt = host.ports.clock.now();
        grew = this.#leadsElsewhere(chain, mono);
      }
    } catch (error) {
      host.log.warn('a file could not be looked at', { file: watcher.path, error });
    }
    if (grew) this.#notices.missed(watcher);
    watcher.nextLook = mono + this.#untilNextLook(watcher, mono);
    return grew;
  }

  #untilNextLook(watcher: Watcher, mono: number): number {
    const { size } = this.#options.following.chains;
    const rested = mono - watcher.lastGrowth;
    // A path that leads nowhere is looked at until it does again.
    if (rested >= NOTICED_ACTIVE_FOR_MS && !watcher.packed && watcher.drainedAt === undefined) {
      if (this.#notices.isAsked(watcher))
        return Math.min(MOST_NOTICED_MS, Math.max(LEAST_NOTICED_MS, size * NOTICED_MS_PER_FILE));
      // What came between the last look and the asking is told by nobody.
      if (this.#notices.ask(watcher, () => this.#told(watcher))) return LEAST_ACTIVE_MS;
    } else this.#notices.drop(watcher);
    return rested < ACTIVE_FOR_MS
      ? this.#active <= FEW
        ? LEAST_ACTIVE_MS
        : Math.min(MOST_ACTIVE_MS, this.#active * ACTIVE_MS_PER_FILE)
      : Math.min(MOST_IDLE_MS, Math.max(ACTIVE_MS, size * IDLE_MS_PER_FILE));
  }

  #told(watcher: Watcher): void {
    watcher.nextLook = 0;
    // What is going on may be a rotation: the next looks come soon.
    watcher.lastGrowth = this.#options.host.ports.clock.monotonic();
    if (this.#running === undefined) this.#options.wake();
    else this.#again = true;
  }

  /** At the end of a file: does its path still lead to it? Only then may the next file of the path be read. */
  #leadsElsewhere(chain: Chain, mono: number): boolean {
    const { host, following, ledger, rotateWait, noticeRotation } = this.#options;
    const { watcher } = chain[0]!;
    const stat = host.ports.fs.statSync(watcher.path, { throwIfNoEntry: false });
    if (stat === undefined) {
      watcher.drainedAt ??= mono;
      if (mono - watcher.drainedAt < rotateWait * 1000) return false;
      following.late.push(chain[0]!);
      following.chains.delete(watcher.path);
      ledger.gone(watcher.path);
      return false;
    }
    watcher.drainedAt = undefined;
    if (stat.ino === watcher.inode && stat.dev === watcher.dev) return false;
    noticeRotation(watcher.path, chain);
    return chain.length > 1;
  }

  /** The first file of a chain is at its end and another waits: that one's turn. Late lines of the old one are read beside it. */
  async #next(followed: Followed): Promise<Followed | undefined> {
    const { host, following, ledger, reading, close } = this.#options;
    const { watcher } = followed;
    const chain = following.chains.get(watcher.path);
    if (chain?.[0] !== followed || chain.length < 2) return undefined;
    if (!watcher.packed && watcher.look()) return undefined;
    if (followed.lines.pending && !(await reading.flush(followed))) return undefined;
    chain.shift();
    following.leaveBehind(followed);
    if (watcher.packed && watcher.holds.lowest === undefined) close(followed);
    else following.late.push(followed);
    watcher.drainedAt = host.ports.clock.monotonic();
    ledger.record(chain[0]!);
    return chain[0]!;
  }

  /** A rotated file stays open for late writers. */
  #isLate(followed: Followed, mono: number): boolean {
    const { following, rotateWait, close } = this.#options;
    const { watcher } = followed;
    if (mono < watcher.nextLook) return false;
    watcher.nextLook = mono + ACTIVE_MS;
    if (!watcher.packed && watcher.look()) {
      watcher.drainedAt = mono;
      return true;
    }
    // What is held of it may have to be read again.
    if (watcher.holds.lowest !== undefined) return false;
    if (mono - (watcher.drainedAt ??= mono) >= rotateWait * 1000) {
      following.late = following.late.filter((other) => other !== followed);
      close(followed);
    }
    return false;
  }
}
