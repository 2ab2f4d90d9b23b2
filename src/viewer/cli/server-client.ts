/** The API of a viewer that runs elsewhere (`--server URL`), as the command line needs it. */
import { ViewerError } from '../errors.ts';
import type { Problem } from '../http/problem.ts';

export class ServerClient {
  readonly #base: string;
  readonly #token: () => string | undefined;
  readonly #prefix: string | undefined;

  /** `token` is asked for each request; `prefix`: of the indices, where not all that the viewer reads are wanted. */
  constructor(url: string, token: () => string | undefined, prefix?: string) {
    this.#base = `${url.replace(/\/+$/, '')}/api/v1`;
    this.#token = token;
    this.#prefix = prefix;
  }

  /** @throws ViewerError what the server says, or 502 where there is none */
  async get(
    path: string,
    query: Readonly<Record<string, string | undefined>>,
    options: { signal?: AbortSignal; lastEventId?: string } = {},
  ): Promise<Response> {
    const params = Object.entries({ ...query, prefix: this.#prefix }).filter(
      (pair): pair is [string, string] => pair[1] !== undefined,
    );
    const token = this.#token();
    let answer: Response;
    try {
      answer = await fetch(`${this.#base}${path}?${new URLSearchParams(params)}`, {
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(options.lastEventId === undefined ? {} : { 'last-event-id': options.lastEventId }),
        },
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
    } catch (error) {
      options.signal?.throwIfAborted();
      const cause = (error as Error).cause as Error | undefined;
      throw new ViewerError(
        502,
        'ERR_SERVER_AWAY',
        `the viewer at ${this.#base} does not answer: ${cause?.message ?? (error as Error).message}`,
      );
    }
    if (answer.ok) return answer;
    const problem = (await answer.json().catch(() => undefined)) as Partial<Problem> | undefined;
    throw new ViewerError(
      answer.status,
      problem?.code ?? 'ERR_SERVER',
      problem?.detail ?? `the viewer answered ${answer.status}`,
    );
  }
}

/** Lines of a body as they come. */
export async function* linesOf(answer: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const part of answer.body ?? []) {
    const pieces = (rest + decoder.decode(part, { stream: true })).split('\n');
    rest = pieces.pop()!;
    yield* pieces;
  }
  if (rest !== '') yield rest;
}
