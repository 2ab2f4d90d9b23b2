/**
 * Data streams at the cluster: lifecycle policy, index template and the stream itself, each made where it is not there yet.
 *
 * Guarantees: a name without placeholders is looked after at start, one with placeholders before the first chunk of each name. Existing streams,
 * templates and policies stay as they are, but for a policy that is to be overwritten.
 */
import { PluginConfigError, SluiceError } from '../../core/errors.ts';
import { type Hash, isHash, parseJson, type Value } from '../../core/value.ts';
import type { Logger } from '../../plugin.ts';
import type { Admin } from './admin.ts';
import type { Preparation } from './setup.ts';
import { DEFAULT_POLICY } from './templates.ts';

export interface DataStreamOptions {
  readonly name: string;
  readonly template: string;
  /** Without it there is no lifecycle management. */
  readonly lifecycle: { readonly name: string; readonly policy: Hash; readonly overwrite: boolean } | undefined;
  /** The template to make for a stream of this name. */
  readonly body: (name: string, policy: string | undefined) => Value;
  /** Whether the names depend on the chunk. */
  readonly isPerChunk: boolean;
  /** OpenSearch makes the stream with its first document. */
  readonly isCreated: boolean;
  readonly admin: Admin;
  readonly log: Logger;
}

type Resolve = (text: string) => string;

export class DataStreams implements Preparation {
  readonly needsIndices = false;
  readonly #options: DataStreamOptions;
  /** What the other parameters want at the cluster. */
  readonly #others: Preparation;
  readonly #made = new Set<string>();

  constructor(options: DataStreamOptions, others: Preparation) {
    this.#options = options;
    this.#others = others;
    if (!options.isPerChunk) checkNames(options);
  }

  async installStatic(signal: AbortSignal): Promise<void> {
    await this.#others.installStatic(signal);
    if (!this.#options.isPerChunk) await this.#make((text) => text, signal);
  }

  skipStatic(): void {
    this.#others.skipStatic();
    this.#made.add(this.#options.name);
  }

  async installFor(resolve: Resolve, indices: readonly string[], signal: AbortSignal): Promise<void> {
    await this.installStatic(signal);
    await this.#others.installFor(resolve, indices, signal);
    await this.#make(resolve, signal);
  }

  forget(): void {
    this.#others.forget();
  }

  async #make(resolve: Resolve, signal: AbortSignal): Promise<void> {
    const { name: stream, template: templateName, lifecycle, admin, body, isCreated, log } = this.#options;
    const name = resolve(stream);
    if (this.#made.has(name)) return;
    const template = resolve(templateName);
    const policy = lifecycle === undefined ? undefined : resolve(lifecycle.name);
    const streamExists = once(() => admin.dataStreamExists(name, signal));
    const templateExists = once(() => admin.templateExists(template, signal));
    if (lifecycle !== undefined && policy !== undefined) {
      const isThere = async () =>
        (await streamExists()) || (await templateExists()) || (await admin.policyExists(policy, signal));
      if (lifecycle.overwrite || !(await isThere())) await admin.putPolicy(policy, lifecycle.policy, signal);
    }
    if (!(await streamExists())) {
      log.info(`Specified data stream does not exist. Will be created: <${name}>`);
      if (!(await templateExists())) await admin.putIndexTemplate(template, body(name, policy), signal);
      if (isCreated) await admin.createDataStream(name, signal);
    }
    this.#made.add(name);
  }
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= ask());
}

/** The policy of a parameter. @throws PluginConfigError for text that is no JSON object */
export function policyOf(text: string | undefined): Hash {
  if (text === undefined) return DEFAULT_POLICY;
  let policy: Value = null;
  try {
    policy = parseJson(text);
  } catch {
    // Told below.
  }
  if (!isHash(policy)) throw new PluginConfigError(`'data_stream_ilm_policy' is no JSON object`);
  return policy;
}

const BAD_START = ['-', '_', '+', '.'];
const BAD = ['\\', '/', '*', '?', '"', '<', '>', '|', ' ', ',', '#', ':'];

function checkNames({ name, template, lifecycle }: DataStreamOptions): void {
  const given: [string, string | undefined][] = [
    ['data_stream_name', name],
    ['data_stream_template_name', template],
    ['data_stream_ilm_name', lifecycle?.name],
  ];
  for (const [parameter, value] of given) {
    const problem = value === undefined ? undefined : nameProblem(value);
    if (problem !== undefined) throw new PluginConfigError(`'${parameter}' must ${problem}: <${value}>`);
  }
}

/** What the cluster would not take. */
export function nameProblem(name: string): string | undefined {
  if (name === '.' || name === '..') return 'not be . or ..';
  if (BAD_START.some((start) => name.startsWith(start))) return `not start with ${BAD_START.join(',')}`;
  if (BAD.some((character) => name.includes(character))) return `not contain invalid characters ${BAD.join(',')}`;
  if (name !== name.toLowerCase()) return 'be lowercase only';
  return Buffer.byteLength(name) > 255 ? 'not be longer than 255 bytes' : undefined;
}

/** The template that the plugin makes for Elasticsearch. */
export function elasticsearchTemplate(hasWildcard: boolean): DataStreamOptions['body'] {
  return (name, policy) => {
    if (policy === undefined) throw new SluiceError('ERR_CONFIG', 'a data stream of Elasticsearch has a policy');
    return {
      index_patterns: [hasWildcard ? `${name}*` : name],
      data_stream: {},
      template: { settings: { 'index.lifecycle.name': policy } },
    };
  };
}

export function openSearchTemplate(name: string): Value {
  return { index_patterns: [`${name}*`], data_stream: {} };
}
