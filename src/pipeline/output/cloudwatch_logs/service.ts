/** CloudWatch Logs through AWS' client: put events, make what is missing, wait while the API is busy. Loads the client's code when it is opened. */
import { setTimeout as delay } from 'node:timers/promises';
import type * as sdk from '@aws-sdk/client-cloudwatch-logs';
import { SluiceError, UnrecoverableError } from '../../core/errors.ts';
import type { Logger } from '../../plugin.ts';
import type { Entry } from './entry.ts';

export interface ServiceOptions {
  readonly autoCreate: boolean;
  /** Seconds before the first new try while the API is busy. */
  readonly retryWait: number;
  readonly retryLimit: number;
  readonly logRejected: boolean;
  readonly log: Logger;
}

/** What a group is made with. */
export interface NewGroup {
  readonly tags: Record<string, string> | undefined;
  /** Days. */
  readonly retention: number | undefined;
}

export class Service {
  readonly #sdk: typeof sdk;
  readonly #client: sdk.CloudWatchLogsClient;
  readonly #options: ServiceOptions;

  private constructor(module: typeof sdk, client: sdk.CloudWatchLogsClient, options: ServiceOptions) {
    this.#sdk = module;
    this.#client = client;
    this.#options = options;
  }

  /** @throws where no region is known */
  static async open(config: sdk.CloudWatchLogsClientConfig, options: ServiceOptions): Promise<Service> {
    const module = await import('@aws-sdk/client-cloudwatch-logs');
    const client = new module.CloudWatchLogsClient(config);
    await client.config.region();
    return new Service(module, client, options);
  }

  close(): void {
    this.#client.destroy();
  }

  /** @throws UnrecoverableError where the API will never take these events */
  async put(
    group: string,
    stream: string,
    batch: readonly Entry[],
    made: NewGroup,
    signal: AbortSignal,
  ): Promise<void> {
    const { log, autoCreate, retryLimit } = this.#options;
    for (let tries = 0, creations = 0; ; ) {
      try {
        await this.#send(group, stream, batch, signal);
        if (tries > 0) log.warn('retry succeeded');
        return;
      } catch (error) {
        switch (nameOf(error)) {
          case 'DataAlreadyAcceptedException':
            return;
          case 'InvalidParameterException':
            throw new UnrecoverableError(textOf(error), { cause: error });
          case 'ResourceNotFoundException':
            // First the group, then the stream.
            if (!autoCreate || creations++ > 2) throw missing(group, stream, error);
            await this.#create(group, stream, made, error, signal);
            break;
          case 'ThrottlingException':
            if (tries >= retryLimit) throw error;
            await this.#pause(tries++, error, signal);
            break;
          default:
            throw error;
        }
      }
    }
  }

  async #send(group: string, stream: string, batch: readonly Entry[], abortSignal: AbortSignal): Promise<void> {
    const input = {
      logGroupName: group,
      logStreamName: stream,
      logEvents: batch.map(([timestamp, , , message]) => ({ timestamp, message })),
    };
    const { rejectedLogEventsInfo: rejected } = await this.#client.send(new this.#sdk.PutLogEventsCommand(input), {
      abortSignal,
    });
    if (rejected === undefined) return;
    // They are too old or too new, and no later try changes that.
    const details = this.#options.logRejected ? { rejected: JSON.stringify(rejected) } : {};
    this.#options.log.warn('the API rejected events of a request', { group, stream, events: batch.length, ...details });
  }

  /** Makes the stream, or its group where that is what is missing. */
  async #create(
    group: string,
    stream: string,
    made: NewGroup,
    cause: unknown,
    abortSignal: AbortSignal,
  ): Promise<void> {
    const isGroup = /log group/i.test(textOf(cause));
    this.#options.log.info(isGroup ? 'creating a log group' : 'creating a log stream', { group, stream });
    try {
      if (isGroup) await this.#createGroup(group, made, abortSignal);
      else {
        const input = { logGroupName: group, logStreamName: stream };
        await this.#client.send(new this.#sdk.CreateLogStreamCommand(input), { abortSignal });
      }
    } catch (error) {
      if (nameOf(error) !== 'ResourceAlreadyExistsException') throw error;
    }
  }

  async #createGroup(group: string, { tags, retention }: NewGroup, abortSignal: AbortSignal): Promise<void> {
    const input = { logGroupName: group, ...(tags === undefined ? {} : { tags }) };
    await this.#client.send(new this.#sdk.CreateLogGroupCommand(input), { abortSignal });
    if (retention === undefined) return;
    const policy = { logGroupName: group, retentionInDays: retention };
    try {
      await this.#client.send(new this.#sdk.PutRetentionPolicyCommand(policy), { abortSignal });
    } catch (error) {
      if (nameOf(error) !== 'InvalidParameterException') throw error;
      this.#options.log.warn('the days of retention could not be set', { group, retention, error });
    }
  }

  async #pause(tries: number, error: unknown, signal: AbortSignal): Promise<void> {
    const wait = this.#options.retryWait * 2 ** tries;
    const seconds = wait + wait * 0.25 * (Math.random() - 0.5);
    this.#options.log.warn('failed to PutLogEvents', { next_retry_in: seconds, error: textOf(error) });
    await delay(seconds * 1000, undefined, { signal });
  }
}

function missing(group: string, stream: string, cause: unknown): SluiceError {
  return new SluiceError('ERR_LOG_STREAM', `log group '${group}' or its stream '${stream}' does not exist`, { cause });
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
