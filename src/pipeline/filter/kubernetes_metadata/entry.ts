/**
 * The metadata of one container: one shared value for `kubernetes`, one for `docker`, for all of its records.
 *
 * Guarantees: a stream waits for metadata at most FIRST_WAIT, once per container and not once per record; after that it goes on
 * with what is known, and later streams show what has become known since. The shared values change only when what they
 * show changes, so that what other filters derived from them stays good. An entry stays with the pod it found: a pod of
 * the same name that comes later does not take over, unless the container is surely its.
 */
import type { EventStream, LogEvent } from '../../core/event.ts';
import { Placing } from '../../core/placing.ts';
import type { ClockPort } from '../../core/ports.ts';
import { Shared } from '../../core/slot.ts';
import type { Value } from '../../core/value.ts';
import type { Directory, KnownNamespace, KnownPod } from './directory.ts';
import type { Health } from './health.ts';
import { type Absence, type LayoutRules, recordFields, toldFields } from './layout.ts';
import { identity, type Names } from './names.ts';
import type { Stats } from './stats.ts';

/** Milliseconds; the longest time for which a stream stands still. */
const FIRST_WAIT = 3000;
/** Milliseconds between tries while a stream waits. */
const TRY_AGAIN = 250;
/** Milliseconds until an object that the API does not know is asked for again: at first, and at most. */
const UNKNOWN_AGAIN = 100;
const UNKNOWN_AGAIN_MAX = 30_000;

export interface EntryServices {
  readonly directory: Directory;
  readonly health: Health;
  readonly clock: ClockPort;
  readonly rules: LayoutRules;
  readonly stats: Stats;
  /** False with `skip_namespace_metadata`. */
  readonly namespaces: boolean;
  /** Milliseconds after which knowledge is renewed where no watch does it; Infinity: never. */
  readonly ttl: number;
}

/** What puts the two fields into records. */
export interface Marker {
  /** Undefined when a stream can go on at once; else resolves when it can. Never rejects. */
  ready(): Promise<void> | undefined;
  /** Puts both fields into every record of a stream; none that the container wrote itself survives. */
  apply(stream: EventStream): EventStream;
}

/** Without an API: what the names tell. */
export class ToldEntry implements Marker {
  readonly #kubernetes: Shared;
  readonly #docker: Shared | undefined;

  constructor(names: Names) {
    const { kubernetes, docker } = toldFields(names);
    this.#kubernetes = new Shared(kubernetes);
    this.#docker = docker && new Shared(docker);
  }

  ready(): undefined {
    return undefined;
  }

  apply(stream: EventStream): EventStream {
    if (stream.columns?.change((one) => put(one, this.#docker, this.#kubernetes))) return stream;
    for (const event of stream.events) put(event, this.#docker, this.#kubernetes);
    return stream;
  }
}

export class Entry implements Marker {
  readonly #names: Names;
  readonly #services: EntryServices;
  readonly #since: number;
  #pod: KnownPod | undefined;
  #namespace: KnownNamespace | undefined;
  #podAbsence: Absence = 'away';
  #namespaceAbsence: Absence = 'away';
  /** True once the API has been asked about this very container. */
  #asked = false;
  #complete = false;
  #generation = -1;
  #tries = 0;
  #askAgainAt = 0;
  #work: Promise<void> | undefined;
  /** What streams wait for; undefined when they need not. */
  #gate: Promise<void> | undefined;

  #kubernetes!: Shared;
  #earlier!: Shared;
  #docker: Shared | undefined;
  #showsSince = Number.NEGATIVE_INFINITY;

  constructor(names: Names, services: EntryServices) {
    this.#names = names;
    this.#services = services;
    this.#since = services.clock.monotonic();
    this.#render();
  }

  apply(stream: EventStream): EventStream {
    const { columns } = stream;
    if (columns !== undefined) {
      const kubernetes = columns.isSince(this.#showsSince)
        ? this.#kubernetes
        : columns.isSince(this.#showsSince, true)
          ? this.#earlier
          : undefined;
      if (kubernetes !== undefined && columns.change((one) => put(one, this.#docker, kubernetes))) return stream;
    }
    for (const event of stream.events) {
      put(event, this.#docker, event.sec >= this.#showsSince ? this.#kubernetes : this.#earlier);
    }
    return stream;
  }

  ready(): Promise<void> | undefined {
    const { directory, stats, clock } = this.#services;
    if (this.#generation !== directory.generation) this.#look();
    if (this.#complete) {
      stats.hit();
      this.#renew(clock.monotonic());
      return undefined;
    }
    if (this.#work === undefined && this.#mayAsk(clock.monotonic())) this.#begin();
    if (this.#gate === undefined) stats.hit();
    return this.#gate;
  }

  #mayAsk(now: number): boolean {
    return now >= this.#askAgainAt && this.#services.health.mayAsk(now);
  }

  /** Asks; streams wait, unless the API has been away for longer than a stream waits. */
  #begin(): void {
    const { clock, health, stats } = this.#services;
    stats.miss();
    const deadline = Math.min(clock.monotonic(), health.awaySince) + FIRST_WAIT;
    this.#work = this.#ask(deadline).finally(() => {
      this.#work = undefined;
      this.#gate = undefined;
    });
    const patience = deadline - clock.monotonic();
    if (patience <= 0) return;
    const work = this.#work;
    this.#gate = new Promise((resolve) => {
      const timer = clock.after(patience, () => {
        this.#gate = undefined;
        resolve();
      });
      void work.then(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  async #ask(deadline: number): Promise<void> {
    const { clock, health } = this.#services;
    for (;;) {
      await this.#askOnce();
      const now = clock.monotonic();
      if (this.#complete || !this.#isAway()) {
        health.answered();
        // Asked for again ever more rarely, but soon at first: a log can be there before its pod.
        this.#askAgainAt = now + Math.min(UNKNOWN_AGAIN * 2 ** this.#tries++, UNKNOWN_AGAIN_MAX);
        return;
      }
      health.failed(now);
      if (now + TRY_AGAIN >= deadline) return;
      await new Promise<void>((resolve) => clock.after(TRY_AGAIN, resolve));
    }
  }

  async #askOnce(): Promise<void> {
    const { directory, namespaces, clock, ttl } = this.#services;
    const found = directory.findPod(this.#names);
    const [pod, namespace] = await Promise.all([
      directory.askPod(this.#names, found?.sure ? Number.NEGATIVE_INFINITY : this.#since),
      namespaces ? directory.askNamespace(this.#names.namespace, clock.monotonic() - ttl) : ('found' as const),
    ]);
    if (pod !== 'found') this.#podAbsence = pod;
    if (namespace !== 'found') this.#namespaceAbsence = namespace;
    this.#asked = true;
    this.#look();
  }

  #isAway(): boolean {
    return (
      (this.#pod === undefined && this.#podAbsence === 'away') ||
      (this.#services.namespaces && this.#namespace === undefined && this.#namespaceAbsence === 'away')
    );
  }

  /** Takes over what the directory knows now. */
  #look(): void {
    const { directory, namespaces } = this.#services;
    this.#generation = directory.generation;
    const found = directory.findPod(this.#names);
    if (found !== undefined && (found.sure || this.#asked) && (found.sure || this.#isOurs(found.pod)))
      this.#pod = found.pod;
    if (namespaces) this.#namespace = directory.findNamespace(this.#names.namespace) ?? this.#namespace;
    this.#complete = this.#pod !== undefined && (!namespaces || this.#namespace !== undefined);
    this.#render();
  }

  #isOurs(pod: KnownPod): boolean {
    return this.#pod === undefined || this.#pod.meta.uid === pod.meta.uid;
  }

  #render(): void {
    const { rules, namespaces } = this.#services;
    const pod = this.#pod?.meta ?? this.#podAbsence;
    const namespace = namespaces ? (this.#namespace?.meta ?? this.#namespaceAbsence) : undefined;
    const fields = recordFields(this.#names, pod, namespace, rules);
    this.#kubernetes = same(this.#kubernetes, fields.kubernetes);
    this.#earlier = fields.earlier === fields.kubernetes ? this.#kubernetes : same(this.#earlier, fields.earlier);
    this.#docker = fields.docker === undefined ? undefined : same(this.#docker, fields.docker);
    this.#showsSince = fields.since;
  }

  /** Asks again in the background for what is older than `cache_ttl` and not watched. */
  #renew(now: number): void {
    const { directory, ttl, namespaces, health } = this.#services;
    const limit = now - ttl;
    const oldPod = directory.ages('pod') && this.#pod!.seenAt < limit;
    const oldNamespace = namespaces && directory.ages('namespace') && this.#namespace!.seenAt < limit;
    if (!(oldPod || oldNamespace) || !health.mayAsk(now)) return;
    // Marked at once, or every stream would ask.
    if (oldPod) {
      this.#pod!.seenAt = now;
      void directory.renewPod(this.#names);
    }
    if (oldNamespace) {
      this.#namespace!.seenAt = now;
      void directory.renewNamespace(this.#names.namespace);
    }
  }
}

function put(event: LogEvent, docker: Shared | undefined, kubernetes: Shared): void {
  if (docker === undefined) {
    event.delete('docker');
    event.setShared('kubernetes', kubernetes);
    return;
  }
  values[0] = docker;
  values[1] = kubernetes;
  placing.put(event, BOTH, values);
}

const BOTH = ['docker', 'kubernetes'];
const values: Shared[] = [];
const placing = new Placing();

/** The old shared value where it shows the same. */
function same(old: Shared | undefined, value: Value): Shared {
  const made = new Shared(value);
  return old !== undefined && old.text === made.text ? old : made;
}

/** Entries are the same for the same container, however it was named. */
export function entryKey(names: Names): string {
  return JSON.stringify([names.namespace, names.pod, names.container, identity(names)]);
}
