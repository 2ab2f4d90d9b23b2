/** Parameters that several operations share, and what they mean. */
import { badRequest } from '../errors.ts';
import type { Source } from '../read/entry.ts';
import { compileFilter, type EntryFilter, levelsOf } from '../read/filter.ts';
import { LEVELS } from '../read/level.ts';
import { type Place, parseEntryId } from '../read/line-id.ts';
import { MAX_TAIL } from '../read/reading.ts';
import { parseTime } from '../read/time.ts';
import { sourcesOf } from '../viewer.ts';
import type { Call, ParamSpec } from './operation.ts';

type Params = Readonly<Record<string, ParamSpec>>;

const TIME = 'RFC 3339, milliseconds since the epoch, or how long ago: 15m, 2h, 7d.';

export const RANGE: Params = {
  from: { in: 'query', type: 'string', doc: `Lines from this time on. ${TIME}` },
  to: { in: 'query', type: 'string', doc: `Lines before this time. ${TIME}` },
};

export const PREFIX: Params = {
  prefix: {
    ...{ in: 'query', type: 'string' },
    doc: 'Only indices whose names begin so; several by comma, each within a prefix that the viewer was started with.',
  },
};

export const JOB: Params = {
  ...PREFIX,
  id: { in: 'path', type: 'string', doc: 'Namespace, a dot, and the job’s name; or a name that only one job has.' },
};

export const POD: Params = {
  ...PREFIX,
  namespace: { in: 'path', type: 'string', doc: 'Namespace.' },
  pod: { in: 'path', type: 'string', doc: 'Name of the pod; it may be gone.' },
};

export const PART: Params = {
  role: { in: 'query', type: 'string', doc: 'Only this role: driver, jobmanager, taskmanager, …' },
  container: { in: 'query', type: 'string', doc: 'Only this container.' },
  attempt: { in: 'query', type: 'integer', doc: 'Only this attempt.' },
};

/** Of a job; an operation of one pod has it in its path. */
export const POD_PART: Params = { ...PART, pod: { in: 'query', type: 'string', doc: 'Only this pod.' } };

export const FILTER: Params = {
  stream: { in: 'query', type: 'string', values: ['stdout', 'stderr'], doc: 'Only this stream.' },
  level: { in: 'query', type: 'string', doc: `A level and everything worse, or a comma list: ${LEVELS.join(', ')}.` },
  q: { in: 'query', type: 'string', doc: 'Words that must all be in the line, or /regular expression/ with flag i.' },
};

export const READ: Params = {
  ...{ ...RANGE, ...FILTER },
  tail: { in: 'query', type: 'integer', minimum: 0, maximum: MAX_TAIL, doc: 'Only the last so many lines.' },
  limit: { in: 'query', type: 'integer', minimum: 1, doc: 'At most so many lines.' },
  order: { in: 'query', type: 'string', values: ['asc', 'desc'], default: 'asc', doc: 'Oldest or newest first.' },
  after: {
    in: 'query',
    type: 'string',
    doc: 'Only lines that come behind the one with this id in the order asked for.',
  },
};

export function rangeOf(params: Call['params']): { from: number | undefined; to: number | undefined } {
  return { from: parseTime('from', params['from']), to: parseTime('to', params['to']) };
}

export function filterOf(params: Call['params']): EntryFilter | undefined {
  return compileFilter({ levels: levelsOf(params['level']), stream: params['stream'], q: params['q'] });
}

export function afterOf(params: Call['params']): Place | undefined {
  const { after } = params;
  if (after === undefined) return undefined;
  const place = parseEntryId(after);
  if (place === undefined) throw badRequest('after is not the id of a line');
  return place;
}

export const numberOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);

/** What a call is about: containers now, and again later for following; and a name for files. */
export interface Subject {
  readonly name: string;
  sources(): Promise<Source[]>;
}

export function subjectOf({ params, visitor, viewer }: Call): Subject {
  const { role, container, namespace, id } = params;
  const part = { role, container, attempt: numberOf(params['attempt']) };
  const pod = params['pod'];
  if (id !== undefined)
    return {
      name: [id, role, pod, container].filter(Boolean).join('.'),
      sources: async () => sourcesOf((await viewer.job(id, visitor.mayRead)).containers, { ...part, pod }),
    };
  return {
    name: [namespace, pod, container].filter(Boolean).join('.'),
    sources: async () => sourcesOf(await viewer.pod(namespace!, pod!, visitor.mayRead), part),
  };
}
