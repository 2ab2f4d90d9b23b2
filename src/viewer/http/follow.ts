/**
 * `…/logs/stream`: lines as server-sent events, as they arrive.
 *
 * Events: `source` (before the first line of a container), `entry`, `problem` (the cluster is away: it goes on by itself; or who follows may not read any
 * more: it ends), `live` (all that was there has been given). Ids are `session.number.time`: a client that comes back within KEEP_MS gets what it missed, no line twice; after
 * that, or after a restart of the viewer, lines from `time` on are given again (each has its own id).
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { badRequest, ViewerError } from '../errors.ts';
import type { Entry } from '../read/entry.ts';
import type { Follower } from '../read/follow.ts';
import { placeOf } from '../read/line-id.ts';
import { entryJson, SourceNumbers, sourceJson } from './format.ts';
import type { Gate } from './limits.ts';
import type { Call, Operation } from './operation.ts';
import { Output } from './output.ts';
import {
  afterOf,
  FILTER,
  filterOf,
  JOB,
  numberOf,
  PART,
  POD,
  POD_PART,
  rangeOf,
  type Subject,
  subjectOf,
} from './parts.ts';
import { problemOf } from './problem.ts';

const POLL_MS = 700;
const CLOSE_MS = 50;
const CLOSE_TRIES = 40;
const AWAY_MS = 2000;
const PING_MS = 15_000;
const KEEP_MS = 300_000;
/** Lines that are kept for a client that comes back, and their characters: a line may be of a megabyte. */
const MAX_KEPT = 20_000;
const MAX_KEPT_TEXT = 4 * 2 ** 20;
const MAX_SESSIONS = 500;
/** Characters of lines and keys that are kept for all clients that went away. */
const MAX_WEIGHT = 32 * 2 ** 20;
const KEY_WEIGHT = 50;

/** Proxies must hand on each event as it comes. */
const HEADERS = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };

interface Session {
  readonly key: string;
  readonly owner: string;
  readonly follower: Follower;
  /** The last entries that were given; the first has number `from`. */
  kept: Entry[];
  from: number;
  /** Characters of `kept`. */
  text: number;
  expires: number;
  isOpen: boolean;
}

export function followOperations(gate: Gate): Operation[] {
  const sessions = new Map<string, Session>();
  const handle = (call: Call) => answerStream(gate, sessions, call);
  const answers = { 'text/event-stream': 'Text' };
  const params = {
    from: {
      in: 'query',
      type: 'string',
      doc: 'Lines from this time on; without it, and without tail, those that come from now on.',
    },
    tail: { in: 'query', type: 'integer', minimum: 0, maximum: 10_000, doc: 'Begin with the last so many lines.' },
    after: { in: 'query', type: 'string', doc: 'Only lines behind the one with this id.' },
    ...FILTER,
    'Last-Event-ID': {
      in: 'header',
      type: 'string',
      doc: 'Id of the last event that was got: what came since is given.',
    },
  } as const;
  const summary = 'Lines as they arrive, as server-sent events.';
  return [
    {
      ...{ id: 'jobStream', path: '/jobs/{id}/logs/stream', summary, answers, handle },
      params: { ...JOB, ...POD_PART, ...params },
    },
    {
      ...{ id: 'podStream', path: '/namespaces/{namespace}/pods/{pod}/logs/stream', summary, answers, handle },
      params: { ...POD, ...PART, ...params },
    },
  ];
}

async function answerStream(gate: Gate, sessions: Map<string, Session>, call: Call): Promise<void> {
  const subject = subjectOf(call);
  await subject.sources();
  const resumed = resumePoint(call);
  if (call.request.method === 'HEAD') return void call.response.writeHead(200, HEADERS).end();
  const leave = gate.enter();
  let session: Session | undefined;
  try {
    const known = resumed === undefined ? undefined : sessions.get(resumed.key);
    if (known?.owner === ownerOf(call)) await whenClosed(known);
    const found = findSession(sessions, call, resumed);
    session = found?.session ?? (await newSession(call, subject, resumed?.time));
    session.isOpen = true;
    sessions.set(session.key, session);
    const missed = found === undefined ? session.kept : session.kept.slice(found.skip);
    call.response.writeHead(200, HEADERS);
    await stream(session, missed, call);
  } finally {
    leave();
    if (session !== undefined) {
      session.isOpen = false;
      session.expires = performance.now() + KEEP_MS;
      // In the order in which they went away.
      sessions.delete(session.key);
      sessions.set(session.key, session);
    }
    forgetSessions(sessions);
  }
}

async function stream(session: Session, missed: readonly Entry[], call: Call): Promise<void> {
  const { response, signal } = call;
  const output = new Output(response, false);
  const numbers = new SourceNumbers();
  const send = async (entries: readonly Entry[], first: number) => {
    let text = '';
    const times = resumeTimes(entries, Math.floor(session.follower.settled));
    entries.forEach((entry, i) => {
      const { number, isNew } = numbers.of(entry.source);
      if (isNew) text += `event: source\ndata: ${sourceJson(entry.source, number)}\n\n`;
      text += `id: ${session.key}.${(first + i).toString(36)}.${times[i]!.toString(36)}\nevent: entry\ndata: ${entryJson(entry, number)}\n\n`;
    });
    await output.write(text);
  };
  await output.write(`retry: 1000\n\n`);
  if (missed.length > 0) await send(missed, session.from + session.kept.length - missed.length);
  let pingAt = performance.now() + PING_MS;
  let isAway = false;
  let isLive = false;
  while (!signal.aborted) {
    try {
      await call.identify();
      for await (const batch of session.follower.poll(signal)) {
        const first = session.from + session.kept.length;
        keep(session, batch);
        await send(batch, first);
        signal.throwIfAborted();
      }
      if (!isLive || isAway) await output.write('event: live\ndata: {}\n\n');
      isLive = true;
      isAway = false;
    } catch (error) {
      if (signal.aborted) return;
      if (!isAway) await output.write(`event: problem\ndata: ${JSON.stringify(problemOf(error))}\n\n`);
      if (endsStream(error)) return output.end({});
      isAway = true;
    }
    if (performance.now() > pingAt) {
      await output.write(': still here\n\n');
      pingAt = performance.now() + PING_MS;
    }
    await delay(isAway ? AWAY_MS : POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** For each entry the time from which lines are to be read again by whoever got it and none of those behind it. */
function resumeTimes(entries: readonly Entry[], settled: number): number[] {
  let earliest = settled;
  const times = new Array<number>(entries.length);
  for (let i = entries.length - 1; i >= 0; i--) {
    earliest = Math.max(0, Math.min(earliest, entries[i]!.ms));
    times[i] = earliest;
  }
  return times;
}

/** A client that comes back may be faster than the news that it went away. */
async function whenClosed(session: Session | undefined): Promise<void> {
  for (let i = 0; i < CLOSE_TRIES && session?.isOpen === true; i++) await delay(CLOSE_MS);
}

/** Who may not read (any more) is not kept waiting; whoever may comes again and goes on where it was. */
function endsStream(error: unknown): boolean {
  return error instanceof ViewerError && [401, 403, 404].includes(error.status);
}

const charactersOf = (entries: readonly Entry[]): number => entries.reduce((sum, { text }) => sum + text.length, 0);

/** What is too much is forgotten by halves: to count for each line would cost each line. */
function keep(session: Session, entries: readonly Entry[]): void {
  session.kept.push(...entries);
  session.text += charactersOf(entries);
  while (session.kept.length > MAX_KEPT || (session.text > MAX_KEPT_TEXT && session.kept.length > 0)) {
    const surplus = Math.ceil(session.kept.length / 2);
    session.kept = session.kept.slice(surplus);
    session.from += surplus;
    session.text = charactersOf(session.kept);
  }
}

interface ResumePoint {
  readonly key: string;
  readonly number: number;
  /** Milliseconds. */
  readonly time: number;
}

function resumePoint({ request }: Call): ResumePoint | undefined {
  const header = request.headers['last-event-id'];
  if (typeof header !== 'string' || header === '') return undefined;
  const match = /^([\w-]{16})\.([0-9a-z]{1,10})\.([0-9a-z]{1,10})$/.exec(header);
  if (match === null) throw badRequest('Last-Event-ID is not an id of this stream');
  return { key: match[1]!, number: Number.parseInt(match[2]!, 36), time: Number.parseInt(match[3]!, 36) };
}

/** A session is its owner's, for one question. */
function ownerOf({ request, visitor }: Call): string {
  return `${visitor.name} ${request.url}`;
}

function findSession(sessions: Map<string, Session>, call: Call, resumed: ResumePoint | undefined) {
  const session = resumed === undefined ? undefined : sessions.get(resumed.key);
  if (session === undefined || session.isOpen || session.owner !== ownerOf(call)) return undefined;
  const skip = resumed!.number + 1 - session.from;
  return skip < 0 || skip > session.kept.length ? undefined : { session, skip };
}

/** `time`: everything before it was given in a session that is gone. */
async function newSession(call: Call, subject: Subject, time: number | undefined): Promise<Session> {
  const { params, signal, viewer } = call;
  const filter = filterOf(params);
  const tail = numberOf(params['tail']);
  let after = afterOf(params);
  const from = time ?? rangeOf(params).from ?? after?.position[0] ?? (tail === undefined ? Date.now() : undefined);
  const kept: Entry[] = [];
  let start = from ?? 0;
  if (from === undefined && tail !== undefined) {
    const reading = viewer.read({ sources: await subject.sources(), tail: Math.max(1, tail), filter, signal });
    for await (const batch of reading.entries()) kept.push(...batch);
    const first = kept[0];
    // What is older than the first of these was not asked for.
    if (first !== undefined) {
      start = first.ms;
      after = placeOf(first);
    }
  }
  const follower = viewer.follow({ sources: () => subject.sources(), from: start, after, filter });
  follower.skip(kept);
  const key = randomBytes(12).toString('base64url');
  const owner = ownerOf(call);
  if (tail === 0) kept.length = 0;
  return { key, owner, follower, kept, from: 0, text: charactersOf(kept), expires: 0, isOpen: true };
}

/** Those that went away last come back most likely. */
function forgetSessions(sessions: Map<string, Session>): void {
  const now = performance.now();
  let weight = 0;
  const closed = [...sessions.values()].filter(({ isOpen }) => !isOpen).reverse();
  for (const [i, { key, text, follower, expires }] of closed.entries()) {
    weight += text + follower.size * KEY_WEIGHT;
    if (expires < now || i >= MAX_SESSIONS || weight > MAX_WEIGHT) sessions.delete(key);
  }
}
