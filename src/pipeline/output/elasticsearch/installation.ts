/**
 * Templates, rollover indices and lifecycle policies that an output's documents need at the cluster before they come.
 *
 * Guarantees: what the configuration alone tells is installed at start, what depends on a chunk (placeholders, the day of an index) before
 * that chunk is sent, each name once: `truncate_caches_interval` forgets what was installed. Leaves to the caller when to try again.
 */
import type { ConfigOf } from '../../../config/schema.ts';
import { SluiceError } from '../../core/errors.ts';
import { type Hash, isHash, type Value } from '../../core/value.ts';
import type { OutputHost } from '../../plugin.ts';
import { type Admin, AnswerError } from './admin.ts';
import type { schema } from './schema.ts';
import type { Preparation } from './setup.ts';
import { DEFAULT_POLICY, readTemplate, withLifecycle } from './templates.ts';

type Config = ConfigOf<typeof schema>;

/** What one template is installed for; placeholders are replaced. */
interface Names {
  readonly template: string;
  readonly customize: Readonly<Record<string, string>> | undefined;
  /** The name that documents are written to. */
  readonly alias: string;
  /** What the rollover index is named after. */
  readonly target: string;
  readonly application: string;
  readonly policy: string;
}

type Resolve = (text: string) => string;

export class Installation implements Preparation {
  readonly #config: Config;
  readonly #host: OutputHost;
  readonly #admin: Admin;
  /** Whether names depend on the chunk. */
  readonly #isPerChunk: boolean;
  readonly #installed = new Set<string>();
  #isStaticDone = false;

  constructor(config: Config, host: OutputHost, admin: Admin, isPerChunk: boolean) {
    this.#config = config;
    this.#host = host;
    this.#admin = admin;
    this.#isPerChunk = isPerChunk;
  }

  /** What needs no chunk. */
  async installStatic(signal: AbortSignal): Promise<void> {
    const { template_name: name, template_file: file, templates, enable_ilm: isManaged } = this.#config;
    if (this.#isStaticDone) return;
    if (name !== undefined && file !== undefined) {
      const c = this.#config;
      if (!this.#isPerChunk)
        await this.#install(
          this.#names((text) => text, c.deflector_alias ?? c.index_name, c.index_name),
          signal,
        );
      if (isManaged) await this.#verifyLifecycle(signal);
    }
    for (const [key, value] of Object.entries(templates ?? {}))
      await this.#putTemplate(key, () => readTemplate(this.#host.ports.fs, String(value), undefined), signal);
    this.#isStaticDone = true;
  }

  /** Goes on without what could not be installed. */
  skipStatic(): void {
    this.#isStaticDone = true;
  }

  /** Whether `installFor` looks at the names of a chunk's indices. */
  get needsIndices(): boolean {
    const { template_name: name, template_file: file, deflector_alias: alias } = this.#config;
    return this.#isPerChunk && name !== undefined && file !== undefined && alias === undefined && this.#rollsOver;
  }

  /** What a chunk with documents of these indices needs. */
  async installFor(resolve: Resolve, indices: readonly string[], signal: AbortSignal): Promise<void> {
    await this.installStatic(signal);
    const c = this.#config;
    if (!this.#isPerChunk || c.template_name === undefined || c.template_file === undefined) return;
    if (c.deflector_alias !== undefined)
      return this.#install(this.#names(resolve, resolve(c.deflector_alias), resolve(c.index_name)), signal);
    if (!this.needsIndices) return this.#install(this.#names(resolve, '', ''), signal);
    for (const index of indices) await this.#install(this.#names(resolve, index, this.#target(resolve, index)), signal);
  }

  /** `truncate_caches_interval`: names are looked at again. */
  forget(): void {
    this.#host.log.info('Clean up the indices and template names cache');
    this.#installed.clear();
  }

  get #rollsOver(): boolean {
    const { enable_ilm: isManaged, rollover_index: rollover } = this.#config;
    return isManaged || (rollover !== undefined && rollover !== 'false');
  }

  /** With logstash_format the application stands between prefix and date. */
  #target(resolve: Resolve, index: string): string {
    const c = this.#config;
    if (!c.logstash_format) return resolve(c.index_name);
    const prefix = `${resolve(c.logstash_prefix)}${c.logstash_prefix_separator}`.toLowerCase();
    if (!index.startsWith(prefix)) return index;
    const application = `${resolve(c.application_name)}${c.logstash_prefix_separator}`.toLowerCase();
    return `${prefix}${application}${index.slice(prefix.length)}`;
  }

  #names(resolve: Resolve, alias: string, target: string): Names {
    const { template_name: name = '', customize_template: customize } = this.#config;
    const { application_name: application, ilm_policy_id: policy } = this.#config;
    return {
      template: resolve(name),
      customize:
        customize === undefined
          ? undefined
          : Object.fromEntries(Object.entries(customize).map(([key, value]) => [key, resolve(String(value))])),
      alias,
      target,
      application: resolve(application),
      policy: resolve(policy),
    };
  }

  async #install(names: Names, signal: AbortSignal): Promise<void> {
    const c = this.#config;
    const key = JSON.stringify(names);
    if (this.#installed.has(key)) return;
    const template = () => {
      const read = readTemplate(this.#host.ports.fs, c.template_file ?? '', names.customize);
      if (!c.enable_ilm) return read;
      const { alias, target, policy } = names;
      return withLifecycle(read, {
        alias,
        target,
        policy,
        separator: c.index_separator,
        isLegacy: c.use_legacy_template,
      });
    };
    await this.#putTemplate(c.enable_ilm ? names.alias : names.template, template, signal);
    if (this.#rollsOver) await this.#rollOver(names, signal);
    this.#installed.add(key);
  }

  async #putTemplate(name: string, read: () => Hash, signal: AbortSignal): Promise<void> {
    const { log } = this.#host;
    if (this.#config.template_overwrite) {
      await this.#admin.putTemplate(name, read(), signal);
      log.debug(`Template '${name}' overwritten.`);
    } else if (await this.#admin.templateExists(name, signal)) {
      log.debug(`Template '${name}' configured and already installed.`);
    } else {
      await this.#admin.putTemplate(name, read(), signal);
      log.info(`Template configured, but no template installed. Installed '${name}'.`);
    }
  }

  async #rollOver(names: Names, signal: AbortSignal): Promise<void> {
    const { log } = this.#host;
    const { alias } = names;
    if (await this.#admin.aliasExists(alias, signal)) log.debug(`The alias '${alias}' is already present`);
    else {
      const index = this.#rolloverIndex(names);
      try {
        if (!(await this.#admin.createIndex(index, signal))) log.debug(`Index ${index} already exists`);
      } catch (error) {
        if (!(error instanceof AnswerError)) throw error;
        log.error(`Error while index creation - ${index}`, { error });
      }
      await this.#admin.putWriteAlias(index, alias, signal);
      log.info(`The alias '${alias}' is created for the index '${index}'`);
    }
    if (this.#config.enable_ilm) await this.#putPolicy(names.policy, signal);
  }

  /** Date math: the cluster puts its own day in. */
  #rolloverIndex({ target, application }: Names): string {
    const { logstash_format: isLogstash, index_separator: separator, index_date_pattern: pattern } = this.#config;
    if (isLogstash) return `<${target}-000001>`;
    const name = `${target.toLowerCase()}${separator}${application.toLowerCase()}`;
    return pattern === '' ? `<${name}-000001>` : `<${name}-{${pattern}}-000001>`;
  }

  async #putPolicy(id: string, signal: AbortSignal): Promise<void> {
    const c = this.#config;
    const policies = Object.keys(c.ilm_policy).length > 0 ? { [c.ilm_policy_id]: c.ilm_policy } : c.ilm_policies;
    const given = (policies as Readonly<Record<string, Value>>)[id];
    const own = isHash(given) && Object.keys(given).length > 0 ? given : undefined;
    const isForced = own !== undefined && c.ilm_policy_overwrite;
    if (!isForced && (await this.#admin.policyExists(id, signal))) return;
    this.#host.log.info(`Installing ILM policy: ${id}`);
    await this.#admin.putPolicy(id, own ?? DEFAULT_POLICY, signal);
  }

  async #verifyLifecycle(signal: AbortSignal): Promise<void> {
    const found = await this.#admin.lifecycle(signal);
    const lack =
      found === undefined
        ? 'not installed on your Elasticsearch'
        : found.available !== true
          ? 'not available in your Elasticsearch'
          : found.enabled === true
            ? undefined
            : 'not enabled in your Elasticsearch';
    if (lack !== undefined)
      throw new SluiceError('ERR_CONFIG', `Index Lifecycle management is enabled in Fluentd, but ${lack}`);
  }
}
