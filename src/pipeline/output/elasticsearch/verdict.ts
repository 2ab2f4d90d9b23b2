/** What the answer to a bulk request says of each item: done, again, or refused for good. */

export interface Refused {
  readonly item: number;
  readonly status: number;
  readonly type: string;
  readonly reason: string;
}

export interface Verdicts {
  /** Items to send again. */
  readonly again: readonly number[];
  readonly refused: readonly Refused[];
}

/** Types of errors that have none: old servers give a text, some nothing. */
export const TEXT_ERROR = 'error';
export const NO_ERROR = 'unknown';
/** The document is no JSON that the server can read, whatever the status is. */
export const UNREADABLE = 'json_parse_exception';

interface ItemAnswer {
  readonly status?: number;
  readonly error?:
    | { readonly type?: string; readonly reason?: string; readonly caused_by?: { readonly reason?: string } }
    | string;
}

const ALL_DONE: Verdicts = { again: [], refused: [] };
/** Too many requests, and what stands before the cluster when it is away. */
const TEMPORARY = new Set([429, 502, 503, 504]);

/** @throws Error when the answer is not that of a bulk request with `count` items: then nothing is known. */
export function verdicts(body: Buffer, count: number | (() => number)): Verdicts {
  // Servers put `took` and `errors` first: nothing else needs reading when all went well.
  if (/^\s*\{[^{[]*"errors"\s*:\s*false/.test(body.toString('latin1', 0, 200))) return ALL_DONE;
  const answer = JSON.parse(body.toString('utf8')) as { errors?: boolean; items?: Record<string, ItemAnswer>[] };
  if (answer.errors === false) return ALL_DONE;
  if (!Array.isArray(answer.items) || answer.items.length !== (typeof count === 'number' ? count : count()))
    throw new Error('the answer has not one item per document');
  const again: number[] = [];
  const refused: Refused[] = [];
  answer.items.forEach((entry, item) => {
    const [operation, result] = Object.entries(entry ?? {})[0] ?? [];
    const status = result?.status;
    if (typeof status !== 'number' || status < 200)
      throw new Error(`the answer does not tell the status of item ${item}`);
    if (status < 300 || (status === 409 && operation === 'create')) return;
    if (isTemporary(status, result?.error)) again.push(item);
    else refused.push({ item, status, ...reasonOf(result?.error) });
  });
  return { again, refused };
}

/**
 * A failure of the cluster (5xx) passes, and so does a block that its operator or a full disk (429; 403 on old servers) put on the index.
 * What tells of no error is refused, as the plugin does.
 */
function isTemporary(status: number, error: ItemAnswer['error']): boolean {
  if (TEMPORARY.has(status)) return true;
  if (typeof error !== 'object' || error === null || error.type === undefined) return false;
  // Of the document: no other try can read it.
  if (error.type === UNREADABLE) return false;
  return status >= 500 || error.type === 'cluster_block_exception';
}

function reasonOf(error: ItemAnswer['error']): { type: string; reason: string } {
  if (typeof error === 'string') return { type: TEXT_ERROR, reason: error };
  return {
    type: error?.type ?? NO_ERROR,
    reason: [error?.reason, error?.caused_by?.reason].filter(Boolean).join(': '),
  };
}
