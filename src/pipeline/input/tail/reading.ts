/**
 * Reading one block of one file: whole lines → events → pipeline → position, a part at a time.
 *
 * Guarantees: the position moves after the pipeline has the block's lines on disk; what the buffers or the disk refuse stays unread in its file
 * and is tried again; a file that was cut off is read from its copy (copytruncate) where there is one, and then from its first byte. Leaves
 * to its owner whose turn it is.
 */
import type { ConfigOf } from '../../../config/schema.ts';
import type { Columns } from '../../core/columns.ts';
import { BufferOverflowError } from '../../core/errors.ts';
import { EventStream, type LogEvent } from '../../core/event.ts';
import type { InputHost } from '../../plugin.ts';
import type { Chains } from './chain.ts';
import type { Followed, Following } from './followed.ts';
import { Groups } from './groups.ts';
import { type Ledger, safePosition } from './ledger.ts';
import { PackedReader } from './packed.ts';
import type { schema } from './schema.ts';
import type { Lines, Watcher } from './watcher.ts';

/** Longest line without max_line_size: bounds memory. */
const LONGEST_LINE = 128 * 1024 * 1024;
/** Bytes of lines that are made into records at a time. */
const PART = 16 * 1024;
/** Until a refused block is tried again. */
const AGAIN_MS = 1000;

export interface ReadingOptions {
  readonly config: ConfigOf<typeof schema>;
  readonly host: InputHost;
  readonly following: Following;
  readonly ledger: Ledger;
  /** Lines that are not changed by an encoding must be UTF-8. */
  readonly repair: boolean;
  readonly opener: Chains;
  follow(watcher: Watcher): Followed;
}

/** `end`: of what is there now; `later`: a limit or trouble, there may be more. */
export type Outcome = 'more' | 'end' | 'later';

export class Reading {
  readonly #options: ReadingOptions;
  readonly #groups: Groups | undefined;
  readonly #count: (lines: number, bytes: number) => void;

  constructor(options: ReadingOptions) {
    this.#options = options;
    const group = options.config.$sections.group[0];
    this.#groups = group === undefined ? undefined : new Groups(group);
    this.#count = counters(options.host);
  }

  /** Reads and emits one block. @throws what the disk throws */
  async block(followed: Followed): Promise<Outcome> {
    const { watcher, lines } = followed;
    const { host } = this.#options;
    const now = host.ports.clock.now();
    if (!this.#hasBudget(followed)) return 'later';
    // No turn for others between a block's reading and its emit: they would read theirs to the same place.
    const whole = watcher.packed && !watcher.isRefused ? await this.#readPacked(followed) : this.#readLines(followed);
    if (whole === undefined) return 'end';
    const block = this.#groups?.cut(watcher.path, whole, now) ?? whole;
    if (block !== whole) followed.packed = undefined;
    if (block.to === block.from) return 'later';
    const columns = lines.columns(block);
    if (columns !== undefined) {
      if (!(await this.#hand(followed, block.from + columns.length, () => columns))) return 'later';
    } else
      for (const { text, from, to } of partsOf(block)) {
        const read = () => {
          const events: LogEvent[] = [];
          lines.read(text, from, events, now);
          return events;
        };
        if (!(await this.#hand(followed, to, read))) return 'later';
      }
    const more = watcher.packed || watcher.look();
    if (!more) watcher.caughtUpAt = now;
    return block !== whole ? 'later' : more ? 'more' : 'end';
  }

  /** Emits what was read of a file up to `to`; false when it has to wait. */
  async #hand(followed: Followed, to: number, read: () => Columns | LogEvent[]): Promise<boolean> {
    const { watcher, lines } = followed;
    const safe = lines.safePosition(watcher.position);
    const stream = new EventStream(followed.tag, read());
    const count = stream.length;
    followed.sending = to;
    const taken = await this.#emit(followed, stream, safe);
    followed.sending = undefined;
    if (!taken) return false;
    this.#count(count, to - watcher.position);
    followed.budget -= to - watcher.position;
    watcher.advance(to);
    this.#options.ledger.save(followed);
    return true;
  }

  /** Emits an unfinished record; false when it has to wait. */
  async flush(followed: Followed): Promise<boolean> {
    const { host, ledger } = this.#options;
    const events: LogEvent[] = [];
    const safe = followed.lines.safePosition(followed.watcher.position);
    followed.lines.flush(events, host.ports.clock.now());
    if (!(await this.#emit(followed, new EventStream(followed.tag, events), safe))) return false;
    ledger.save(followed);
    return true;
  }

  /** Multi-line records whose next first line does not come. */
  async flushOld(): Promise<void> {
    const { config, host, following } = this.#options;
    const after = config.multiline_flush_interval;
    if (after === undefined) return;
    const now = host.ports.clock.now();
    for (const followed of following.all()) {
      if (!followed.lines.pending || now - followed.lines.pendingSince < after * 1000) continue;
      await this.flush(followed);
    }
  }

  #readLines(followed: Followed): Lines | undefined {
    const { watcher } = followed;
    const { config, host, following, ledger, repair } = this.#options;
    if (watcher.isRefused) {
      followed.packed = undefined;
      return undefined;
    }
    if (!watcher.verify()) {
      if (watcher.isSibling) {
        // A copy was written over, with lines that are read where they come from: what stood there is gone.
        watcher.refuse();
        return undefined;
      }
      if (this.#restart(followed)) return undefined;
    } else if (followed.recorded !== watcher.head.length && following.isCurrent(followed)) ledger.record(followed);
    return watcher.read(config.max_line_size ?? LONGEST_LINE, repair, (bytes) =>
      host.log.warn('received line length is longer than max_line_size', { file: watcher.path, bytes }),
    );
  }

  async #readPacked(followed: Followed): Promise<Lines | undefined> {
    const { watcher } = followed;
    const { config, host, repair } = this.#options;
    let found: Lines | undefined;
    try {
      followed.packed ??= new PackedReader(host.ports.fs, watcher.fd, repair);
      found = await followed.packed.read(watcher.position, config.max_line_size ?? LONGEST_LINE);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall !== undefined) {
        followed.packed = undefined;
        throw error;
      }
      host.log.error('a packed file could not be read to its end', { file: watcher.real, error });
    }
    if (found === undefined) followed.packed = undefined;
    return found;
  }

  /** The file was cut off. True when a copy of what it was has the turn before it. */
  #restart(followed: Followed): boolean {
    const { watcher } = followed;
    const { opener, host, following, ledger, follow } = this.#options;
    const chain = following.chains.get(watcher.path);
    // What a parser or a filter holds of it stands in the copy, too.
    const copies = chain?.[0] === followed ? opener.copies(watcher, safePosition(followed)) : [];
    host.log.info(`detected truncation of ${watcher.path}`);
    opener.restart(watcher);
    followed.recorded = -1;
    if (copies.length === 0) {
      ledger.record(followed);
      return false;
    }
    followed.lines.forget();
    chain!.unshift(...copies.map((copy) => follow(copy)));
    watcher.nextLook = 0;
    ledger.record(chain![0]!);
    return true;
  }

  /** False when the buffers are full: the lines stay unread in their file and are tried again. */
  async #emit(followed: Followed, stream: EventStream, safe: number): Promise<boolean> {
    if (stream.length === 0) return true;
    const { host, following } = this.#options;
    // Parts of a record may stand in the files before it.
    const files = [...following.behind(followed.watcher.path), followed];
    for (const { watcher } of files) watcher.holds.begin();
    try {
      const done = host.emit(stream);
      if (done !== undefined) await done;
      for (const { watcher } of files) watcher.holds.done();
    } catch (error) {
      host.log.warn('emit transaction failed', { error, tag: followed.tag });
      // What the disk refused (full, read-only, broken) is tried again; what a plugin refused would be refused again.
      if (!(error instanceof BufferOverflowError) && (error as NodeJS.ErrnoException).syscall === undefined) {
        for (const { watcher } of files) watcher.holds.done();
        return true;
      }
      // Parts that were held go with what was refused: all of them are read again.
      followed.watcher.advance(Math.min(safe, followed.watcher.holds.undo() ?? safe));
      following.takeBack(followed.watcher.path);
      followed.lines.forget();
      followed.packed = undefined;
      followed.watcher.nextLook = host.ports.clock.monotonic() + AGAIN_MS;
      return false;
    }
    return true;
  }

  #hasBudget(followed: Followed): boolean {
    const limit = this.#options.config.read_bytes_limit_per_second;
    if (limit <= 0) return true;
    const mono = this.#options.host.ports.clock.monotonic();
    if (mono - followed.budgetAt >= 1000) {
      followed.budgetAt = mono;
      followed.budget = limit;
    }
    return followed.budget > 0;
  }
}

/**
 * Whole lines of PART bytes or one longer line at a time: records of a part are garbage before the next is read, and so young that they cost nothing.
 */
function* partsOf(block: Lines): Generator<Lines> {
  const { from, to } = block;
  // Made now: its place is used again when others have their turn.
  const { text } = block;
  // Text that was repaired has no place in the file for each of its characters.
  if (text.length !== to - from) return yield block;
  for (let at = 0; at < text.length; ) {
    const cut = text.lastIndexOf('\n', at + PART - 1);
    const end = (cut < at ? text.indexOf('\n', at + PART) : cut) + 1;
    const behind = end === 0 ? text.length : end;
    yield { text: text.slice(at, behind), from: from + at, to: from + behind };
    at = behind;
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
