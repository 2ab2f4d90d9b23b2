/** `/jobs`, `/jobs/{id}` and `/session`. */
import type { Container, Job } from '../jobs/catalog.ts';
import type { Call, Operation } from './operation.ts';
import { JOB, numberOf, PREFIX, RANGE, rangeOf } from './parts.ts';

const time = (ms: number) => new Date(ms).toISOString();

function send({ response }: Call, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

export function jobSummary(job: Job) {
  const { id, namespace, name, isJob, lines, errors, containers } = job;
  return {
    ...{ id, namespace, name, isJob },
    roles: [...new Set(containers.map((c) => c.role))],
    pods: new Set(containers.map((c) => c.pod)).size,
    attempts: Math.max(...containers.map((c) => c.attempt)),
    ...{ first: time(job.first), last: time(job.last), lines, errors },
  };
}

function containerObject({ namespace, pod, container, role, attempt, first, last, lines, errors, node }: Container) {
  return {
    ...{ namespace, pod, container, role, attempt, first: time(first), last: time(last), lines, errors },
    ...(node === undefined ? {} : { node }),
  };
}

export function jobOperations(mode: string): Operation[] {
  return [
    {
      ...{ id: 'jobs', path: '/jobs', summary: 'Jobs, the one with the newest line first.' },
      params: {
        namespace: { in: 'query', type: 'string', doc: 'Only this namespace.' },
        search: {
          in: 'query',
          type: 'string',
          doc: 'Words that must be in the names of job, pods, containers or roles.',
        },
        ...{ ...PREFIX, ...RANGE },
        limit: { in: 'query', type: 'integer', minimum: 1, maximum: 1000, default: '100', doc: 'Jobs of a page.' },
        page: {
          in: 'query',
          type: 'integer',
          minimum: 0,
          default: '0',
          doc: 'Page, from 0; `next` of the answer before.',
        },
      },
      answers: { 'application/json': 'Jobs' },
      async handle(call) {
        const { params, visitor, viewer } = call;
        const query = { namespace: params['namespace'], search: params['search'], ...rangeOf(params) };
        const catalog = await viewer.jobs(query, visitor.mayRead);
        const [limit, page] = [numberOf(params['limit'])!, numberOf(params['page'])!];
        const end = (page + 1) * limit;
        send(call, {
          jobs: catalog.jobs.slice(page * limit, end).map(jobSummary),
          total: catalog.jobs.length,
          namespaces: catalog.namespaces,
          next: end < catalog.jobs.length ? String(page + 1) : null,
          missingIndices: catalog.missing,
          failedShards: catalog.failedShards,
        });
      },
    },
    {
      ...{ id: 'job', path: '/jobs/{id}', summary: 'A job with all containers it left lines of.', params: JOB },
      answers: { 'application/json': 'Job' },
      async handle(call) {
        const { containers, ...job } = await call.viewer.job(call.params['id']!, call.visitor.mayRead);
        const { id, namespace, name, isJob, lines, errors } = job;
        const times = { first: time(job.first), last: time(job.last) };
        send(call, {
          id,
          namespace,
          name,
          isJob,
          ...times,
          lines,
          errors,
          containers: containers.map(containerObject),
        });
      },
    },
    {
      ...{ id: 'session', path: '/session', summary: 'Who is asking, and what is asked.', params: {} },
      answers: { 'application/json': 'Session' },
      async handle(call) {
        const { cluster } = call.viewer;
        const { name } = await cluster.flavour();
        send(call, { mode, user: call.visitor.name, cluster: name, patterns: cluster.patterns });
      },
    },
  ];
}
