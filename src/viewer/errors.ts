/** Errors of the viewer: each has a stable code and the HTTP status that its API answers with. */
import { SluiceError } from '../pipeline/core/errors.ts';

export class ViewerError extends SluiceError {
  readonly status: number;
  /** Seconds after which another try makes sense. */
  readonly retryAfter: number | undefined;

  constructor(status: number, code: string, message: string, retryAfter?: number) {
    super(code, message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

export const badRequest = (message: string): ViewerError => new ViewerError(400, 'ERR_BAD_REQUEST', message);
export const notFound = (message: string): ViewerError => new ViewerError(404, 'ERR_NOT_FOUND', message);
export const clusterAway = (message: string): ViewerError => new ViewerError(502, 'ERR_CLUSTER_AWAY', message, 5);
