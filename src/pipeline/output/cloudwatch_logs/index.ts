/**
 * `@type cloudwatch_logs`: events to streams of log groups.
 *
 * A chunk's events are put stream by stream; what belongs to a stream that fails stays in the chunk and is tried again alone, what was put is not
 * put twice. Groups and streams are made when the API says that they are missing: nobody asks before, which would need more rights and is what
 * the API limits most. Events that can never be put go to the error stream when they are emitted.
 */
import type { ConfigOf } from '../../../config/schema.ts';
import { compileInject } from '../../codec/inject.ts';
import { PluginConfigError, SluiceError, UnrecoverableError } from '../../core/errors.ts';
import type { LogEvent } from '../../core/event.ts';
import { needPackages } from '../../io/package.ts';
import {
  type BufferedOutput,
  defineBufferedOutput,
  type OutputHost,
  type ReadyChunk,
  type Render,
} from '../../plugin.ts';
import { connection } from '../aws/connection.ts';
import { CREDENTIAL_PACKAGES, type CredentialSource, credentials } from '../aws/credentials.ts';
import { batches } from './batches.ts';
import { chunkOf, daysOf, type Entry, type EntryOptions, entriesIn, entryOf, joined, type Name } from './entry.ts';
import { schema } from './schema.ts';
import { type NewGroup, Service } from './service.ts';

type Config = ConfigOf<typeof schema>;

export const plugin = defineBufferedOutput({
  kind: 'output',
  type: 'cloudwatch_logs',
  buffering: 'always',
  doc: 'Sends events to CloudWatch Logs.',
  schema,
  create(config, host) {
    checkChoices(config);
    needPackages('cloudwatch_logs', ['@aws-sdk/client-cloudwatch-logs', ...CREDENTIAL_PACKAGES]);
    return new CloudwatchLogsOutput(config, host);
  },
});

class CloudwatchLogsOutput implements BufferedOutput {
  readonly #config: Config;
  readonly #host: OutputHost;
  readonly #message: (tag: string) => (event: LogEvent) => string;
  readonly #inject: ReturnType<typeof compileInject>;
  #service: Service | undefined;

  constructor(config: Config, host: OutputHost) {
    this.#config = config;
    this.#host = host;
    this.#inject = compileInject(config.$sections.inject[0], host.workerId);
    const format = config.$element.child('format');
    const formatter = format === undefined ? undefined : host.formatter(format);
    const { message_keys: keys } = config;
    this.#message = (tag) => {
      if (formatter !== undefined) return (event) => formatter.format(tag, event);
      return keys.length > 0 ? (event) => joined(event, keys) : (event) => event.toJson();
    };
  }

  async start(): Promise<void> {
    const config = this.#config;
    const found = await credentials(credentialSource(config));
    const { region, endpoint, http_proxy: proxy, ssl_verify_peer: verify } = config;
    this.#service = await Service.open(
      { ...connection({ region, endpoint, proxy, verify }), ...(found === undefined ? {} : { credentials: found }) },
      {
        autoCreate: config.auto_create_stream,
        retryWait: config.put_log_events_retry_wait,
        retryLimit: config.put_log_events_disable_retry_limit
          ? Number.POSITIVE_INFINITY
          : config.put_log_events_retry_limit,
        logRejected: config.log_rejected_request,
        log: this.#host.log,
      },
    );
  }

  stop(): void {
    this.#service?.close();
  }

  renderer(tag: string): Render {
    const config = this.#config;
    const options: EntryOptions = {
      group: nameOf(config.use_tag_as_group, config.log_group_name_key, config.remove_log_group_name_key),
      stream: nameOf(config.use_tag_as_stream, config.log_stream_name_key, config.remove_log_stream_name_key),
      tags: field(config.log_group_aws_tags_key, config.remove_log_group_aws_tags_key),
      retention: field(config.retention_in_days_key, config.remove_retention_in_days_key),
      message: this.#message(tag),
      maxLength: config.max_message_length,
    };
    const add = this.#inject?.(tag);
    return (event) => {
      const own = add === undefined ? event : add(event);
      try {
        return entryOf(own, tag, options);
      } catch (error) {
        if (!(error instanceof SluiceError)) throw error;
        this.#host.emitError(tag, own, error);
        return '';
      }
    };
  }

  async write(chunk: ReadyChunk, signal: AbortSignal): Promise<void> {
    const jobs = [...this.#jobs(chunk)];
    const left: Entry[] = [];
    const refused: Entry[] = [];
    let failure: unknown;
    const work = async () => {
      for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
        const { group, stream, entries, made } = job;
        for (const batch of batches(entries, Math.max(1, this.#config.max_events_per_batch))) {
          try {
            await this.#service!.put(group, stream, batch, made, signal);
          } catch (error) {
            (error instanceof UnrecoverableError ? refused : left).push(...batch);
            if (!(error instanceof UnrecoverableError)) failure = error;
            else failure ??= error;
          }
        }
      }
    };
    await Promise.all(Array.from({ length: Math.max(1, this.#config.concurrency) }, work));
    if (failure === undefined) return;
    // What may succeed later goes first; what never will is given up alone, when nothing else is left.
    const rest = left.length > 0 ? [...left, ...refused] : refused;
    if (rest.length < chunk.count) chunk.replace(chunkOf(rest), rest.length);
    throw failure;
  }

  /** One event; where the API refuses that very event it is there. */
  async probe(chunk: ReadyChunk, signal: AbortSignal): Promise<boolean> {
    const [first, ...rest] = entriesIn(chunk.read());
    const [job] = first === undefined ? [] : [...this.#jobs(chunk, [first])];
    if (job === undefined) return true;
    try {
      await this.#service!.put(job.group, job.stream, job.entries, job.made, signal);
    } catch (error) {
      if (error instanceof UnrecoverableError) return false;
      throw error;
    }
    if (rest.length > 0) chunk.replace(chunkOf(rest), rest.length);
    return rest.length === 0;
  }

  *#jobs(chunk: ReadyChunk, all = entriesIn(chunk.read())) {
    const fill = (template: string) => this.#host.placeholders(template, chunk.meta, chunk.id);
    const group = fill(this.#config.log_group_name ?? '');
    const stream = fill(this.#config.log_stream_name ?? '');
    const byPlace = Map.groupBy(all, (entry) => `${entry[1] ?? group}\0${entry[2] ?? stream}`);
    for (const [place, entries] of byPlace) {
      const [groupName = '', streamName = ''] = place.split('\0');
      yield { group: groupName, stream: streamName, entries, made: this.#newGroup(entries[0]!, fill) };
    }
  }

  #newGroup([, , , , own, days]: Entry, fill: (template: string) => string): NewGroup {
    const config = this.#config;
    const tags = config.log_group_aws_tags_key === undefined ? config.log_group_aws_tags : own;
    return {
      tags:
        tags === undefined || tags === null
          ? undefined
          : Object.fromEntries(Object.entries(tags).map(([name, value]) => [fill(name), fill(String(value))])),
      retention: config.retention_in_days_key === undefined ? config.retention_in_days : daysOf(days),
    };
  }
}

function nameOf(isTag: boolean, key: string | undefined, remove: boolean): Name {
  return isTag ? 'tag' : (field(key, remove) ?? 'config');
}

function field(key: string | undefined, remove: boolean): { key: string; remove: boolean } | undefined {
  return key === undefined ? undefined : { key, remove };
}

function checkChoices(config: Config): void {
  const { params } = config.$element;
  for (const what of ['group', 'stream']) {
    const names = [`log_${what}_name`, `use_tag_as_${what}`, `log_${what}_name_key`];
    if (names.filter((name) => params.has(name)).length !== 1)
      throw new PluginConfigError(`Set only one of ${names[0]}, ${names[1]} and ${names[2]}`);
  }
  for (const name of ['log_group_aws_tags', 'retention_in_days'])
    if (params.has(name) && params.has(`${name}_key`))
      throw new PluginConfigError(`Set only one of ${name}, ${name}_key`);
}

function credentialSource(config: Config): CredentialSource | undefined {
  const [web] = config.$sections.web_identity_credentials;
  const { region, aws_key_id: id, aws_sec_key: secret } = config;
  if (config.aws_use_sts)
    return {
      kind: 'role',
      role: {
        arn: config.aws_sts_role_arn ?? '',
        session: config.aws_sts_session_name,
        policy: config.aws_sts_policy,
        duration: config.aws_sts_duration_seconds,
        region,
        endpoint: config.aws_sts_endpoint_url,
      },
      externalId: config.aws_sts_external_id,
    };
  if (web !== undefined)
    return {
      kind: 'web-identity',
      role: {
        arn: web.role_arn,
        session: web.role_session_name,
        policy: web.policy,
        duration: web.duration_seconds,
        region,
      },
      tokenFile: web.web_identity_token_file,
    };
  if (config.aws_ecs_authentication) return { kind: 'container' };
  return id === undefined || secret === undefined
    ? undefined
    : { kind: 'keys', keys: { accessKeyId: id, secretAccessKey: secret } };
}
