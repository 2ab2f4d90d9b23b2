/** The OpenAPI 3.1 document, made of the operations themselves. */
import type { Operation } from './operation.ts';
import { TITLES } from './problem.ts';

const text = { type: 'string' };
const integer = { type: 'integer' };
const time = { type: 'string', format: 'date-time' };
const list = (items: unknown) => ({ type: 'array', items });
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const object = (properties: Record<string, unknown>, optional: readonly string[] = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});
const orNull = (schema: { type: string }) => ({ ...schema, type: [schema.type, 'null'] });
const levels = { type: 'object', additionalProperties: integer };
const lineOrNull = { oneOf: [ref('Line'), { type: 'null' }] };

export const SCHEMAS: Readonly<Record<string, unknown>> = {
  Problem: object({ type: text, title: text, status: integer, detail: text, code: text }),
  Session: object({ mode: text, user: text, cluster: text, patterns: list(text) }),
  Container: object(
    {
      ...{ namespace: text, pod: text, container: text, role: text, attempt: integer },
      ...{ first: time, last: time, lines: integer, errors: integer, node: text },
    },
    ['node'],
  ),
  JobSummary: object({
    ...{
      id: text,
      namespace: text,
      name: text,
      isJob: { type: 'boolean' },
      roles: list(text),
      pods: integer,
      attempts: integer,
    },
    ...{ first: time, last: time, lines: integer, errors: integer },
  }),
  Jobs: object({
    ...{ jobs: list(ref('JobSummary')), total: integer, namespaces: list(text), next: orNull(text) },
    ...{ missingIndices: list(text), failedShards: integer },
  }),
  Job: object({
    ...{ id: text, namespace: text, name: text, isJob: { type: 'boolean' }, first: time, last: time },
    ...{ lines: integer, errors: integer, containers: list(ref('Container')) },
  }),
  Source: object({
    source: object({ index: integer, namespace: text, pod: text, container: text, role: text, attempt: integer }),
  }),
  Entry: object({ id: text, time, source: integer, stream: text, level: text, text, partial: { type: 'boolean' } }, [
    'stream',
    'partial',
  ]),
  Summary: object({
    ...{ lines: integer, containers: integer, first: orNull(time), last: orNull(time), complete: { type: 'boolean' } },
    ...{ cutBy: orNull(text), duplicates: integer, order: text, unordered: integer, missingIndices: list(text) },
    ...{ failedShards: integer, shardFailure: orNull(text), available: orNull(integer) },
  }),
  SummaryLine: object({ summary: ref('Summary') }),
  ProblemLine: object({ problem: ref('Problem') }),
  LogLine: { oneOf: [ref('Source'), ref('Entry'), ref('SummaryLine'), ref('ProblemLine')] },
  Line: object({ id: text, time, pod: text, container: text, text }),
  Stats: object({
    interval: integer,
    histogram: list(object({ time, counts: levels })),
    levels,
    exceptions: list(object({ signature: text, count: integer, first: ref('Line'), last: ref('Line') })),
    ...{ firstError: lineOrNull, lastError: lineOrNull, summary: ref('Summary') },
  }),
  Text: text,
  Bytes: { type: 'string', format: 'binary' },
  Document: { type: 'object' },
};

export function openApi(operations: readonly Operation[], version: string): unknown {
  const problem = (title: string) => ({
    description: `${title} (RFC 9457).`,
    content: { 'application/problem+json': { schema: ref('Problem') } },
  });
  const problems = Object.entries(TITLES).map(([status, title]) => [status, problem(title)]);
  const paths = operations.map((operation) => {
    const parameters = Object.entries(operation.params).map(([name, spec]) => ({
      ...{ name, in: spec.in, description: spec.doc, required: spec.in === 'path' },
      schema: {
        type: spec.type,
        ...(spec.values === undefined ? {} : { enum: spec.values }),
        ...(spec.minimum === undefined ? {} : { minimum: spec.minimum }),
        ...(spec.maximum === undefined ? {} : { maximum: spec.maximum }),
        ...(spec.default === undefined
          ? {}
          : { default: spec.type === 'integer' ? Number(spec.default) : spec.default }),
      },
    }));
    const content = Object.fromEntries(
      Object.entries(operation.answers).map(([type, name]) => [type, { schema: ref(name) }]),
    );
    const get = {
      ...{ operationId: operation.id, summary: operation.summary, parameters },
      responses: {
        200: { description: operation.summary, content },
        ...Object.fromEntries(problems),
        default: problem('What went wrong'),
      },
    };
    return [`/api/v1${operation.path}`, { get }];
  });
  return {
    openapi: '3.1.0',
    info: {
      title: 'sluice viewer',
      version,
      description: 'Logs of jobs as exact text.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: Object.fromEntries(paths),
    components: { schemas: SCHEMAS, securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    security: [{}, { token: [] }],
  };
}
