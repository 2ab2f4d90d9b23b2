/**
 * `@type kubernetes_metadata`: adds what the Kubernetes API knows of the container that wrote a record.
 *
 *     tag ── names ── Entry (one per container: two shared values) ── Directory (pods, namespaces) ── Reflector / GET ── ApiClient
 *
 * Guarantees: the work per record is setting two fields to shared values; requests are made per pod, and with K8S_NODE_NAME
 * not even that; records ship whatever the API does. What a container writes in `kubernetes` or `docker` never survives.
 */
import { LRUCache } from 'lru-cache';
import { compileRegexp } from '../../../ruby/regexp.ts';
import { PluginConfigError } from '../../core/errors.ts';
import { defineFilter, type Logger } from '../../plugin.ts';
import { type Access, apiUrl, FileAccess } from './access.ts';
import { ApiClient, type ApiError } from './api.ts';
import { Directory } from './directory.ts';
import { Entry, type EntryServices, entryKey, type Marker, ToldEntry } from './entry.ts';
import { Health } from './health.ts';
import { kubeconfigAccess } from './kubeconfig.ts';
import { type LayoutRules, namespaceMeta, podMeta } from './layout.ts';
import { type Names, tagReader } from './names.ts';
import { Reflector, type ReflectorOptions } from './reflector.ts';
import { schema } from './schema.ts';
import { Stats } from './stats.ts';
import { recordStep, taggedStep } from './steps.ts';

export const plugin = defineFilter({
  kind: 'filter',
  type: 'kubernetes_metadata',
  doc: schema.doc,
  schema,
  create(config, host) {
    const { clock, fs } = host.ports;
    const url = apiUrl(config.kubernetes_url, host.env);
    const files = url === undefined ? undefined : new FileAccess(url, config, fs, host.conceal);
    const readTag = tagReader(config.tag_to_kubernetes_name_regexp);
    const annotations = annotationRegexps(config.annotation_match, host.log);
    const stats = new Stats(host.metrics);
    const health = new Health();
    const cacheSize = Math.max(config.cache_size, 1);
    const entries = new LRUCache<string, Marker>({ max: cacheSize });
    const node = host.env.K8S_NODE_NAME?.trim() ?? '';
    let services: EntryServices | undefined;
    let reflectors: Reflector<never>[] = [];
    let statsAt = clock.monotonic();

    function rules(access: Access): LayoutRules {
      return {
        masterUrl: config.skip_master_url ? undefined : access.url,
        podLabels: !config.skip_labels && !config.skip_pod_labels,
        namespaceLabels: !config.skip_labels && !config.skip_namespace_labels,
        containers: !config.skip_container_metadata,
        ownerReferences: config.include_ownerrefs_metadata,
        annotations,
        orphan: config.allow_orphans
          ? { name: config.orphaned_namespace_name, id: config.orphaned_namespace_id }
          : undefined,
      };
    }

    function entryOf(names: Names): Marker {
      const key = entryKey(names);
      let entry = entries.get(key);
      if (entry === undefined) {
        entry = services === undefined ? new ToldEntry(names) : new Entry(names, services);
        entries.set(key, entry);
      }
      return entry;
    }

    function logStats(): void {
      if (config.stats_interval <= 0 || services === undefined) return;
      const now = clock.monotonic();
      if (now - statsAt < config.stats_interval * 1000) return;
      statsAt = now;
      const { pods, namespaces } = services.directory.sizes;
      stats.set('pod_cache_size', pods);
      stats.set('namespace_cache_size', namespaces);
      host.log.info(stats.toString());
    }

    /** Checks the way to the API; one that is down stops nobody. @throws PluginConfigError */
    async function checkApi(api: ApiClient): Promise<void> {
      try {
        await api.get({ verb: 'get', resource: 'api', path: '' });
      } catch (error) {
        const cause = (error as ApiError).cause as NodeJS.ErrnoException | undefined;
        const told = `Kubernetes API ${config.apiVersion} endpoint ${api.access.url}: ${(error as Error).message}`;
        // TLS against a server that does not speak it will not get better by waiting.
        if (cause?.code === 'EPROTO') throw new PluginConfigError(`Invalid ${told} (SSL)`);
        if ((error as ApiError).away) health.failed(clock.monotonic());
        host.log.warn(`${told}; records ship with what their tag tells until it answers`);
      }
    }

    function startWatches(api: ApiClient, directory: Directory): void {
      const options: Omit<ReflectorOptions, 'resource' | 'path' | 'fieldSelector'> = {
        retryInterval: config.watch_retry_interval,
        retryBase: config.watch_retry_exponential_backoff_base,
        retryMaxTimes: config.watch_retry_max_times,
      };
      const path = (resource: string) => `/${config.apiVersion}/${resource}`;
      const pods = {
        ...options,
        resource: 'pods',
        path: path('pods'),
        fieldSelector: `spec.nodeName=${node}`,
      } as const;
      directory.podWatch = new Reflector(pods, api, directory.podSink, clock, host.log, stats);
      reflectors = [directory.podWatch];
      if (!config.skip_namespace_metadata) {
        const all = { ...options, resource: 'namespaces', path: path('namespaces'), fieldSelector: undefined } as const;
        directory.namespaceWatch = new Reflector(all, api, directory.namespaceSink, clock, host.log, stats);
        reflectors.push(directory.namespaceWatch);
      }
      for (const reflector of reflectors) reflector.start();
    }

    return {
      async start() {
        const access = config.kubeconfig === undefined ? files : await kubeconfigAccess(config.kubeconfig);
        if (access === undefined) return;
        if (access instanceof FileAccess) access.check();
        const timeouts = { open: config.open_timeout, read: config.read_timeout };
        const api = new ApiClient(access, timeouts, host.ports, (...request) => stats.request(...request));
        await checkApi(api);
        const layout = rules(access);
        const directory = new Directory(
          {
            version: `/${config.apiVersion}`,
            cacheSize,
            podMeta: (pod) => podMeta(pod, layout),
            namespaceMeta: (namespace) => namespaceMeta(namespace, layout),
          },
          api,
          clock,
          host.log,
          stats,
        );
        stats.expose(() => directory.sizes, host.id);
        services = {
          directory,
          health,
          clock,
          rules: layout,
          stats,
          namespaces: !config.skip_namespace_metadata,
          ttl: config.cache_ttl < 0 ? Number.POSITIVE_INFINITY : config.cache_ttl * 1000,
        };
        if (!config.watch) return;
        if (node !== '') startWatches(api, directory);
        else
          host.log.warn(
            "K8S_NODE_NAME is not set: each pod is looked up by itself instead of by a watch of this node's pods",
          );
      },
      stop() {
        for (const reflector of reflectors) reflector.stop();
        services?.directory.stop();
      },
      plan(tag) {
        const names = readTag(tag);
        if (names !== undefined) return taggedStep(entryOf(names), logStats);
        return config.lookup_from_k8s_field ? recordStep(entryOf, logStats) : (stream) => stream;
      },
    };
  },
});

function annotationRegexps(texts: readonly string[], log: Logger): RegExp[] {
  return texts.flatMap((text) => {
    try {
      return [compileRegexp(text, '')];
    } catch (error) {
      log.error(`invalid regular expression in annotation_match: ${(error as Error).message}`);
      return [];
    }
  });
}
