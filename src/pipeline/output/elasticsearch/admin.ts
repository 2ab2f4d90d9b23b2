/** The requests by which an output sets up its cluster: templates, aliases, policies, data streams. */
import { SluiceError } from '../../core/errors.ts';
import { encodeJson, type Value } from '../../core/value.ts';
import { type Answer, type Client, isDenied } from './client.ts';

/** An answer that says no; a cluster that cannot be reached is an error of the client's. */
export class AnswerError extends SluiceError {
  readonly status: number;
  readonly reason: string;
  readonly retryAfter: number | undefined;
  readonly isDenied: boolean;
  constructor(request: string, answer: Answer) {
    const { status, body } = answer;
    const reason = body.toString('utf8', 0, 300);
    super('ERR_CLUSTER', `Elasticsearch answered ${request} with [${status}] ${reason}`);
    this.status = status;
    this.reason = reason;
    this.retryAfter = answer.retryAfter;
    this.isDenied = isDenied(answer);
  }
}

export class Admin {
  readonly #client: Client;
  /** `_template`, or `_index_template` for composable ones. */
  readonly #templates: string;

  constructor(client: Client, isLegacy: boolean) {
    this.#client = client;
    this.#templates = isLegacy ? '_template' : '_index_template';
  }

  templateExists(name: string, signal: AbortSignal): Promise<boolean> {
    return this.#exists('GET', [this.#templates, name], signal);
  }

  putTemplate(name: string, template: Value, signal: AbortSignal): Promise<void> {
    return this.#put([this.#templates, name], template, signal);
  }

  /** Whatever kind of templates the output uses otherwise. */
  putIndexTemplate(name: string, template: Value, signal: AbortSignal): Promise<void> {
    return this.#put(['_index_template', name], template, signal);
  }

  aliasExists(name: string, signal: AbortSignal): Promise<boolean> {
    return this.#exists('HEAD', ['_alias', name], signal);
  }

  /** False where the index was there already. */
  async createIndex(name: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#put([name], undefined, signal);
      return true;
    } catch (error) {
      if (error instanceof AnswerError && /already exists|resource_already_exists_exception/.test(error.reason))
        return false;
      throw error;
    }
  }

  putWriteAlias(index: string, alias: string, signal: AbortSignal): Promise<void> {
    return this.#put([index, '_aliases', alias], { aliases: { [alias]: { is_write_index: true } } }, signal);
  }

  /** False for any answer that is no policy. */
  async policyExists(id: string, signal: AbortSignal): Promise<boolean> {
    return (await this.#request('GET', ['_ilm', 'policy', id], undefined, signal)).status < 300;
  }

  putPolicy(id: string, policy: Value, signal: AbortSignal): Promise<void> {
    return this.#put(['_ilm', 'policy', id], policy, signal);
  }

  dataStreamExists(name: string, signal: AbortSignal): Promise<boolean> {
    return this.#exists('GET', ['_data_stream', name], signal);
  }

  createDataStream(name: string, signal: AbortSignal): Promise<void> {
    return this.#put(['_data_stream', name], undefined, signal);
  }

  /** What the cluster says of lifecycle management; undefined where it has none. */
  async lifecycle(signal: AbortSignal): Promise<{ available?: boolean; enabled?: boolean } | undefined> {
    const { status, body } = await this.#request('GET', ['_xpack'], undefined, signal);
    if (status >= 300) return undefined;
    const { features } = JSON.parse(body.toString('utf8')) as {
      features?: { ilm?: { available?: boolean; enabled?: boolean } };
    };
    return features?.ilm;
  }

  async #exists(method: 'GET' | 'HEAD', path: readonly string[], signal: AbortSignal): Promise<boolean> {
    const answer = await this.#request(method, path, undefined, signal);
    if (answer.status === 404) return false;
    if (answer.status >= 300) throw new AnswerError(`${method} ${pathText(path)}`, answer);
    return true;
  }

  async #put(path: readonly string[], body: Value | undefined, signal: AbortSignal): Promise<void> {
    const answer = await this.#request('PUT', path, body, signal);
    if (answer.status >= 300) throw new AnswerError(`PUT ${pathText(path)}`, answer);
  }

  #request(method: string, path: readonly string[], body: Value | undefined, signal: AbortSignal): Promise<Answer> {
    const bytes = body === undefined ? undefined : Buffer.from(encodeJson(body), 'latin1');
    const headers: Record<string, string> = bytes === undefined ? {} : { 'content-type': 'application/json' };
    return this.#client.request(method, pathText(path), bytes, headers, signal);
  }
}

function pathText(path: readonly string[]): string {
  return path.map((part) => `/${encodeURIComponent(part)}`).join('');
}
