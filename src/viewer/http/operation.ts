/**
 * Operations of the API as data: what the router matches, what parameters are checked against and what the OpenAPI document says are one and
 * the same.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Visitor } from '../access/access.ts';
import { badRequest } from '../errors.ts';
import type { Viewer } from '../viewer.ts';

export interface ParamSpec {
  readonly in: 'path' | 'query' | 'header';
  readonly type: 'string' | 'integer';
  readonly values?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: string;
  readonly doc: string;
}

export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly visitor: Visitor;
  /** Of the indices that are asked for. */
  readonly viewer: Viewer;
  /** Asks again who this is: a token may end while an answer goes on. @throws ViewerError 401 or 403 */
  identify(): Promise<Visitor>;
  /** Checked against the operation's parameters; absent ones have their default or are missing. */
  readonly params: Readonly<Record<string, string>>;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

export interface Operation {
  readonly id: string;
  /** `/jobs/{id}`, below `/api/v1`. */
  readonly path: string;
  readonly summary: string;
  readonly params: Readonly<Record<string, ParamSpec>>;
  /** Content type → name of a schema in the document. */
  readonly answers: Readonly<Record<string, string>>;
  handle(call: Call): Promise<void>;
}

export interface Match {
  readonly operation: Operation;
  readonly path: Readonly<Record<string, string>>;
}

export function matcher(operations: readonly Operation[]): (path: string) => Match | undefined {
  const compiled = operations.map((operation) => ({
    operation,
    pattern: new RegExp(`^${operation.path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
  }));
  return (path) => {
    for (const { operation, pattern } of compiled) {
      const match = pattern.exec(path);
      if (match === null) continue;
      const groups: Record<string, string> = {};
      for (const [name, value] of Object.entries(match.groups ?? {})) {
        try {
          groups[name] = decodeURIComponent(value);
        } catch {
          throw badRequest(`'${name}' in the path is not encoded as it must be`);
        }
      }
      return { operation, path: groups };
    }
    return undefined;
  };
}

/** @throws ViewerError 400 for what the operation does not know or take */
export function checkParams({ operation, path }: Match, query: URLSearchParams): Record<string, string> {
  const params: Record<string, string> = { ...path };
  for (const [name, value] of query) {
    if (operation.params[name]?.in !== 'query') throw badRequest(`there is no parameter '${name.slice(0, 40)}'`);
    if (query.getAll(name).length > 1) throw badRequest(`'${name}' stands more than once`);
    if (value !== '') params[name] = value;
  }
  for (const [name, spec] of Object.entries(operation.params)) {
    const value = (params[name] ??= spec.default ?? '');
    if (value === '') {
      delete params[name];
      continue;
    }
    if (value.length > 2000) throw badRequest(`'${name}' is too long`);
    if (spec.values !== undefined && !spec.values.includes(value))
      throw badRequest(`'${name}' must be one of ${spec.values.join(', ')}`);
    if (spec.type !== 'integer') continue;
    const number = Number(value);
    if (!/^\d{1,12}$/.test(value) || number < (spec.minimum ?? 0) || number > (spec.maximum ?? Number.MAX_SAFE_INTEGER))
      throw badRequest(`'${name}' must be a whole number from ${spec.minimum ?? 0} to ${spec.maximum ?? '2^53'}`);
  }
  return params;
}
