import { expect, test } from 'vitest';
import { UnreachableError } from './client.ts';
import { isIgnored } from './ignored-exceptions.ts';
import { ClusterError } from './send.ts';

const answered = (status: number) => new ClusterError('no', { status, retryAfter: undefined });
const unreachable = (message: string) => new UnreachableError(new URL('http://a'), new Error(message));
const T = 'Elasticsearch::Transport::Transport';

test.each([
  [answered(400), `${T}::Errors::BadRequest`, true],
  [answered(400), `${T}::Errors::NotFound`, false],
  [answered(503), `${T}::ServerError`, true],
  [answered(418), `${T}::Error`, true],
  [unreachable('ECONNREFUSED'), 'Faraday::ConnectionFailed', true],
  [unreachable('read timeout reached (5 s)'), 'Faraday::TimeoutError', true],
  [unreachable('ECONNREFUSED'), `${T}::ServerError`, false],
  [new ClusterError('items were rejected'), `${T}::ServerError`, false],
  [answered(500), 'StandardError', true],
])('%s is a %s: %s', (failure, name, expected) => {
  expect(isIgnored(failure, ['Other', name])).toBe(expected);
  expect(isIgnored(failure, [])).toBe(false);
});
