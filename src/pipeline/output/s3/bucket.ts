/** One bucket through AWS' client: is it there, is a key free, put an object. Loads the client's code when it is opened. */
import type * as sdk from '@aws-sdk/client-s3';
import { SluiceError } from '../../core/errors.ts';

export interface LifecycleRule {
  readonly id: string;
  readonly prefix: string;
  readonly days: number;
}

export type ObjectOptions = Omit<sdk.PutObjectCommandInput, 'Bucket' | 'Key' | 'Body' | 'IfNoneMatch'>;

export class Bucket {
  readonly #sdk: typeof sdk;
  readonly #client: sdk.S3Client;
  readonly #name: string;
  /** Stores of others may not know conditions: then looking before is all there is. */
  #knowsConditions = true;

  private constructor(module: typeof sdk, client: sdk.S3Client, name: string) {
    this.#sdk = module;
    this.#client = client;
    this.#name = name;
  }

  static async open(name: string, options: sdk.S3ClientConfig): Promise<Bucket> {
    const module = await import('@aws-sdk/client-s3');
    return new Bucket(module, new module.S3Client(options), name);
  }

  close(): void {
    this.#client.destroy();
  }

  /** @throws where the store refuses the credentials; a bucket that is missing is no error here */
  async tryCredentials(prefix: string, abortSignal: AbortSignal): Promise<void> {
    const input = { Bucket: this.#name, Prefix: prefix, MaxKeys: 1 };
    try {
      await this.#client.send(new this.#sdk.ListObjectsV2Command(input), { abortSignal });
    } catch (error) {
      if (nameOf(error) === 'NoSuchBucket') return;
      throw new SluiceError(
        'ERR_S3_ACCESS',
        `can't call S3 API. Please check your credentials or s3_region configuration. error = ${textOf(error)}`,
        { cause: error },
      );
    }
  }

  async exists(abortSignal: AbortSignal): Promise<boolean> {
    try {
      await this.#client.send(new this.#sdk.HeadBucketCommand({ Bucket: this.#name }), { abortSignal });
      return true;
    } catch (error) {
      if (statusOf(error) === 404) return false;
      throw error;
    }
  }

  /** @throws where the store does not answer, or is not well; any other answer will do */
  async reach(abortSignal: AbortSignal): Promise<void> {
    try {
      await this.exists(abortSignal);
    } catch (error) {
      const status = statusOf(error) ?? 500;
      if (status >= 500 || status === 429) throw error;
    }
  }

  async create(abortSignal: AbortSignal): Promise<void> {
    try {
      await this.#client.send(new this.#sdk.CreateBucketCommand({ Bucket: this.#name }), { abortSignal });
    } catch (error) {
      // Another node was faster.
      if (nameOf(error) !== 'BucketAlreadyOwnedByYou') throw error;
    }
  }

  /** Puts the rules where they are not what the bucket has. Tells whether it did. */
  async setLifecycle(rules: readonly LifecycleRule[], abortSignal: AbortSignal): Promise<boolean> {
    const wanted = rules.map(({ id, prefix, days }) => `${id} ${prefix} ${days} Enabled`).sort();
    if (wanted.join('\n') === (await this.#lifecycle(abortSignal)).sort().join('\n')) return false;
    const Rules = rules.map(({ id, prefix, days }) => ({
      ...{ ID: id, Filter: { Prefix: prefix }, Expiration: { Days: days }, Status: 'Enabled' as const },
    }));
    const input = { Bucket: this.#name, LifecycleConfiguration: { Rules } };
    await this.#client.send(new this.#sdk.PutBucketLifecycleConfigurationCommand(input), { abortSignal });
    return true;
  }

  async #lifecycle(abortSignal: AbortSignal): Promise<string[]> {
    try {
      const command = new this.#sdk.GetBucketLifecycleConfigurationCommand({ Bucket: this.#name });
      const { Rules = [] } = await this.#client.send(command, { abortSignal });
      return Rules.map(
        (rule) => `${rule.ID} ${rule.Filter?.Prefix ?? rule.Prefix ?? ''} ${rule.Expiration?.Days} ${rule.Status}`,
      );
    } catch (error) {
      if (nameOf(error) === 'NoSuchLifecycleConfiguration') return [];
      throw error;
    }
  }

  async has(key: string, abortSignal: AbortSignal): Promise<boolean> {
    try {
      await this.#client.send(new this.#sdk.HeadObjectCommand({ Bucket: this.#name, Key: key }), { abortSignal });
      return true;
    } catch (error) {
      if (statusOf(error) === 404) return false;
      throw error;
    }
  }

  /** False: `onlyNew`, and the key is taken. */
  async put(
    key: string,
    body: Buffer,
    options: ObjectOptions,
    onlyNew: boolean,
    abortSignal: AbortSignal,
  ): Promise<boolean> {
    const isConditional = onlyNew && this.#knowsConditions;
    const condition = isConditional ? { IfNoneMatch: '*' } : {};
    const input = { ...options, ...condition, Bucket: this.#name, Key: key, Body: body };
    try {
      await this.#client.send(new this.#sdk.PutObjectCommand(input), { abortSignal });
      return true;
    } catch (error) {
      if (isConditional && statusOf(error) === 412) return false;
      if (!isConditional || statusOf(error) !== 501) throw error;
      this.#knowsConditions = false;
      return this.put(key, body, options, onlyNew, abortSignal);
    }
  }
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
