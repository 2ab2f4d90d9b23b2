/** Errors as problem details (RFC 9457): `application/problem+json` with a stable `code`. */
import type { ServerResponse } from 'node:http';
import { ViewerError } from '../errors.ts';

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
}

export const TITLES: Readonly<Record<number, string>> = {
  400: 'The request is not understood',
  401: 'Who are you?',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Ambiguous',
  429: 'Too many requests',
  502: 'The cluster cannot answer',
  503: 'Not now',
};

export function problemOf(error: unknown): Problem {
  const known = error instanceof ViewerError;
  const status = known ? error.status : 500;
  const code = known ? error.code : 'ERR_INTERNAL';
  return {
    type: `urn:sluice:problem:${code}`,
    title: TITLES[status] ?? 'Something went wrong',
    status,
    // What is not ours may hold anything: it goes to the log.
    detail: known ? error.message : 'an error that is in the viewer’s own log',
    code,
  };
}

export function sendProblem(response: ServerResponse, error: unknown): void {
  const problem = problemOf(error);
  const retryAfter = error instanceof ViewerError ? error.retryAfter : undefined;
  response.writeHead(problem.status, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...(problem.status === 405 ? { allow: 'GET, HEAD' } : {}),
    ...(problem.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  });
  response.end(`${JSON.stringify(problem)}\n`);
}
