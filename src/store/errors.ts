/** An error in the shape that Elasticsearch's clients expect; `type` is one of Elasticsearch's exception names. */
export class StoreError extends Error {
  readonly status: number;
  readonly type: string;
  /** Further members of the error object, such as `index` or `line`. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(status: number, type: string, reason: string, details: Readonly<Record<string, unknown>> = {}) {
    super(reason);
    this.status = status;
    this.type = type;
    this.details = details;
  }

  /** The error object as it stands in the item of a bulk answer. */
  toObject(): Record<string, unknown> {
    return { type: this.type, reason: this.message, ...this.details };
  }

  /** The whole body of an answer. */
  toBody(): Record<string, unknown> {
    const { caused_by: _, ...own } = this.toObject();
    return { error: { root_cause: [own], ...this.toObject() }, status: this.status };
  }
}

export const illegalArgument = (reason: string): StoreError =>
  new StoreError(400, 'illegal_argument_exception', reason);

export const parsingError = (reason: string): StoreError =>
  new StoreError(400, 'parsing_exception', reason, { line: 1, col: 1 });

export const validationError = (reason: string): StoreError =>
  new StoreError(400, 'action_request_validation_exception', `Validation Failed: 1: ${reason};`);

export const indexNotFound = (name: string): StoreError =>
  new StoreError(404, 'index_not_found_exception', `no such index [${name}]`, {
    'resource.type': 'index_or_alias',
    'resource.id': name,
    index_uuid: '_na_',
    index: name,
  });

/** An error that a query causes while it runs: Elasticsearch wraps it, its root cause stays visible. */
export class SearchError extends StoreError {
  override toBody(): Record<string, unknown> {
    const cause = this.toObject();
    const wrap = {
      type: 'search_phase_execution_exception',
      reason: 'all shards failed',
      phase: 'query',
      grouped: true,
    };
    return { error: { root_cause: [cause], ...wrap, failed_shards: [], caused_by: cause }, status: this.status };
  }
}

export const searchError = (type: string, reason: string): SearchError => new SearchError(400, type, reason);
