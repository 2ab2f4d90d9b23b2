/**
 * `…/logs` and `…/stats`: the lines of a job or pod as text, NDJSON or a file to keep.
 *
 * Guarantees: text is what the containers wrote, nothing added; what the answer holds comes at its end: as trailer `Sluice-Summary`, in NDJSON as last line.
 * An answer that fails after it began is broken off, not ended.
 */
import type { Entry, Source } from '../read/entry.ts';
import type { Reading } from '../read/reading.ts';
import { collectStats } from '../read/stats.ts';
import { TextJoiner } from '../read/text.ts';
import { ndjson, SourceNumbers } from './format.ts';
import type { Gate, Limits } from './limits.ts';
import type { Call, Operation, ParamSpec } from './operation.ts';
import { Output } from './output.ts';
import { afterOf, filterOf, JOB, numberOf, PART, POD, POD_PART, RANGE, READ, rangeOf, subjectOf } from './parts.ts';
import { problemOf } from './problem.ts';

const FORM: Readonly<Record<string, ParamSpec>> = {
  format: { in: 'query', type: 'string', values: ['text', 'ndjson'], default: 'text', doc: 'Form of the answer.' },
  layout: {
    in: 'query',
    type: 'string',
    values: ['merged', 'containers'],
    default: 'merged',
    doc: 'One text by time, or one container after the other under a line with its name.',
  },
  download: { in: 'query', type: 'string', values: ['plain', 'gzip'], doc: 'As a file to keep.' },
};

const SUMMARY = 'Sluice-Summary';

export function logOperations(gate: Gate, limits: Limits): Operation[] {
  const logs = (call: Call) => answerLogs(gate, limits, call);
  const stats = (call: Call) => answerStats(gate, limits, call);
  const answers = {
    'text/plain; charset=utf-8': 'Text',
    'application/x-ndjson': 'LogLine',
    'application/gzip': 'Bytes',
  };
  const json = { 'application/json': 'Stats' };
  const pod = '/namespaces/{namespace}/pods/{pod}';
  return [
    {
      ...{ id: 'jobLogs', path: '/jobs/{id}/logs', summary: 'Lines of a job.', answers, handle: logs },
      params: { ...JOB, ...POD_PART, ...READ, ...FORM },
    },
    {
      ...{ id: 'jobStats', path: '/jobs/{id}/stats', summary: 'Levels over time, exceptions, first and last error.' },
      ...{ answers: json, handle: stats, params: { ...JOB, ...POD_PART, ...RANGE } },
    },
    {
      ...{ id: 'podLogs', path: `${pod}/logs`, summary: 'Lines of a pod.', answers, handle: logs },
      params: { ...POD, ...PART, ...READ, ...FORM },
    },
    {
      ...{ id: 'podStats', path: `${pod}/stats`, summary: 'Levels over time, exceptions, first and last error.' },
      ...{ answers: json, handle: stats, params: { ...POD, ...PART, ...RANGE } },
    },
  ];
}

async function answerLogs(gate: Gate, limits: Limits, call: Call): Promise<void> {
  const { params, response, viewer } = call;
  const subject = subjectOf(call);
  const request = {
    ...rangeOf(params),
    ...{
      after: afterOf(params),
      filter: filterOf(params),
      tail: numberOf(params['tail']),
      limit: numberOf(params['limit']),
    },
    ...{ order: params['order'] === 'desc' ? ('desc' as const) : ('asc' as const), signal: call.signal },
  };
  const sources = await subject.sources();
  const isNdjson = params['format'] === 'ndjson';
  const headers = headersOf(params, subject.name, isNdjson);
  // Whoever asks for the head only does not make the cluster read.
  if (call.request.method === 'HEAD') return void response.writeHead(200, headers).end();
  // HTTP/1.0 knows no trailers: Node refuses to announce them there.
  if (call.request.httpVersion !== '1.0') headers['trailer'] = SUMMARY;
  const leave = gate.enter();
  try {
    const readings: { title: string; reading: Reading }[] =
      params['layout'] === 'containers'
        ? byContainer(sources).map((source) => ({
            title: titleOf(source),
            reading: viewer.read({ ...request, sources: [source] }),
          }))
        : [{ title: '', reading: viewer.read({ ...request, sources }) }];
    // The first lines are fetched before the answer begins: until then an error has a status of its own.
    const started = [];
    for (const { title, reading } of readings.slice(0, 1)) {
      const batches = reading.entries();
      started.push({ title, reading, batches, first: await batches.next() });
    }
    response.writeHead(200, headers);
    const output = new Output(response, params['download'] === 'gzip');
    try {
      await writeAll(output, readings, started[0], isNdjson, limits, call.signal);
    } catch (error) {
      if (isNdjson && !call.signal.aborted) await output.write(`${JSON.stringify({ problem: problemOf(error) })}\n`);
      output.fail();
      if (!call.signal.aborted) throw error;
    }
  } finally {
    leave();
  }
}

interface Started {
  readonly reading: Reading;
  readonly batches: AsyncGenerator<Entry[]>;
  readonly first: IteratorResult<Entry[]>;
}

async function writeAll(
  output: Output,
  readings: readonly { readonly title: string; readonly reading: Reading }[],
  started: Started | undefined,
  isNdjson: boolean,
  limits: Limits,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + limits.time;
  const numbers = new SourceNumbers();
  for (const { title, reading } of readings) {
    if (!isNdjson && title !== '') await output.write(`${output.bytes === 0 ? '' : '\n'}==> ${title} <==\n`);
    const joiner = new TextJoiner();
    const batches = reading === started?.reading ? resume(started) : reading.entries();
    for await (const batch of batches) {
      signal.throwIfAborted();
      await output.write(isNdjson ? ndjson(batch, numbers) : joiner.join(batch));
      if (output.bytes > limits.bytes) reading.cut('size');
      else if (performance.now() > deadline) reading.cut('time');
      else continue;
      break;
    }
  }
  const summary = JSON.stringify(combined(readings.map(({ reading }) => reading)));
  if (isNdjson) await output.write(`{"summary":${summary}}\n`);
  output.end({ [SUMMARY]: summary });
}

async function* resume({ batches, first }: Started): AsyncGenerator<Entry[]> {
  try {
    if (first.done !== true) yield first.value;
    yield* batches;
  } finally {
    await batches.return(undefined);
  }
}

/** One summary of several containers' readings. */
function combined(readings: readonly Reading[]) {
  const [first, ...others] = readings.map(({ summary }) => summary);
  const total = { ...first! };
  for (const summary of others) {
    for (const name of ['lines', 'containers', 'duplicates', 'unordered', 'failedShards'] as const)
      total[name] += summary[name];
    if (total.available !== null && summary.available !== null) total.available += summary.available;
    const times = (...values: (string | null)[]) => values.filter((value) => value !== null).sort();
    total.first = times(total.first, summary.first)[0] ?? null;
    total.last = times(total.last, summary.last).at(-1) ?? null;
    total.complete &&= summary.complete;
    total.cutBy ??= summary.cutBy;
    total.shardFailure ??= summary.shardFailure;
    if (summary.order !== 'exact') total.order = summary.order;
  }
  return total;
}

const ROLE_ORDER = ['driver', 'jobmanager', 'taskmanager'];

export function byContainer(sources: readonly Source[]): Source[] {
  const rank = ({ role }: Source) => (ROLE_ORDER.includes(role) ? ROLE_ORDER.indexOf(role) : ROLE_ORDER.length);
  return [...sources].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      a.role.localeCompare(b.role) ||
      a.attempt - b.attempt ||
      a.pod.localeCompare(b.pod, undefined, { numeric: true }) ||
      a.container.localeCompare(b.container),
  );
}

function titleOf({ namespace, pod, container, role, attempt }: Source): string {
  return `${namespace}/${pod}/${container} (${role}, attempt ${attempt})`;
}

function headersOf(params: Call['params'], name: string, isNdjson: boolean): Record<string, string> {
  const isGzip = params['download'] === 'gzip';
  const plain = isNdjson ? 'application/x-ndjson' : 'text/plain; charset=utf-8';
  const headers: Record<string, string> = {
    'content-type': isGzip ? 'application/gzip' : plain,
    'cache-control': 'no-store',
  };
  if (params['download'] === undefined) return headers;
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '');
  const file = `${name.replace(/[^\w.-]+/g, '_').slice(0, 120)}-${stamp}.${isNdjson ? 'ndjson' : 'log'}${isGzip ? '.gz' : ''}`;
  headers['content-disposition'] = `attachment; filename="${file}"`;
  return headers;
}

async function answerStats(gate: Gate, limits: Limits, call: Call): Promise<void> {
  const sources = await subjectOf(call).sources();
  const range = rangeOf(call.params);
  const leave = gate.enter();
  try {
    const span = await spanOf(call, range);
    const reading = call.viewer.read({ ...range, sources, signal: call.signal });
    const stats = await collectStats(reading, span, limits.stats);
    call.response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    call.response.end(JSON.stringify(stats));
  } finally {
    leave();
  }
}

/** Milliseconds between the first and the last line. */
async function spanOf({ params, visitor, viewer }: Call, range: ReturnType<typeof rangeOf>): Promise<number> {
  const { id } = params;
  const containers =
    id === undefined
      ? await viewer.pod(params['namespace']!, params['pod']!, visitor.mayRead)
      : (await viewer.job(id, visitor.mayRead)).containers;
  const first = Math.max(range.from ?? 0, Math.min(...containers.map((c) => c.first)));
  const last = Math.min(range.to ?? Number.MAX_SAFE_INTEGER, Math.max(...containers.map((c) => c.last)));
  return Math.max(1, last - first);
}
