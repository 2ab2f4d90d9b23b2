/** `ignore_exceptions`: the Ruby classes that a failure is one of, so that configurations may name them. */
import { UnreachableError } from './client.ts';
import { ClusterError } from './send.ts';

const TRANSPORT = 'Elasticsearch::Transport::Transport';

/** Status → class, as the Ruby client calls it. */
const ERRORS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  408: 'RequestTimeout',
  409: 'Conflict',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  429: 'TooManyRequests',
  500: 'InternalServerError',
  501: 'NotImplemented',
  502: 'BadGateway',
  503: 'ServiceUnavailable',
  504: 'GatewayTimeout',
};

/** The class of a failure and those above it. */
function classesOf(failure: Error): string[] {
  const general = ['StandardError', 'Exception'];
  if (failure instanceof UnreachableError) {
    const isLate = failure.message.includes('timeout');
    return [isLate ? 'Faraday::TimeoutError' : 'Faraday::ConnectionFailed', 'Faraday::Error', ...general];
  }
  if (!(failure instanceof ClusterError) || failure.status === undefined) return general;
  const own = ERRORS[failure.status];
  return [
    ...(own === undefined ? [] : [`${TRANSPORT}::Errors::${own}`]),
    `${TRANSPORT}::ServerError`,
    `${TRANSPORT}::Error`,
    ...general,
  ];
}

export function isIgnored(failure: Error, names: readonly string[]): boolean {
  return names.length > 0 && classesOf(failure).some((name) => names.includes(name));
}
