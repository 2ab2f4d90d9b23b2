/** Who wrote a record: namespace, pod and container, told by the tag (the log file's path) or by fields of the record. */
import { compileRegexp } from '../../../ruby/regexp.ts';
import type { LogEvent } from '../../core/event.ts';
import { isHash, type Value } from '../../core/value.ts';

export interface Names {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Container id of the log file's name, 64 hex digits; undefined for /var/log/pods. */
  readonly containerId: string | undefined;
  /** Pod uid in the log file's path; undefined for /var/log/containers. */
  readonly podUid: string | undefined;
}

/** Stands in for `pod_id` where the API does not know the pod: the plugin's cache key. */
export function identity(names: Names): string {
  return names.podUid ?? names.containerId ?? '';
}

/** A DNS subdomain, as pod names are. */
const SUBDOMAIN = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*';
const POD_FILE = `var\\.log\\.pods\\.(?<namespace>[^_]+)_(?<pod_name>${SUBDOMAIN})_(?<pod_uuid>[a-z0-9-]*)\\.(?<container_name>.+)\\..*\\.log$`;
const CONTAINER_FILE = `var\\.log\\.containers\\.(?<pod_name>${SUBDOMAIN})_(?<namespace>[^_]+)_(?<container_name>.+)-(?<docker_id>[a-z0-9]{64})\\.log$`;

/** Reads names out of a tag; undefined where the tag is no container's. @throws SyntaxError for a broken regexp. */
export function tagReader(regexp: string | undefined): (tag: string) => Names | undefined {
  const patterns =
    regexp === undefined ? [new RegExp(POD_FILE), new RegExp(CONTAINER_FILE)] : [compileRegexp(apart(regexp), '')];
  return (tag) => {
    for (const pattern of patterns) {
      pattern.lastIndex = 0;
      const groups = pattern.exec(tag)?.groups;
      if (groups === undefined) continue;
      const group = (name: string) =>
        Object.entries(groups).findLast(
          ([key, value]) => value !== undefined && key.replace(/__\d+$/, '') === name,
        )?.[1];
      const namespace = group('namespace');
      const pod = group('pod_name');
      const container = group('container_name');
      if (namespace === undefined || pod === undefined || container === undefined) return undefined;
      return { namespace, pod, container, containerId: group('docker_id'), podUid: group('pod_uuid') };
    }
    return undefined;
  };
}

/** Groups of one name (the plugin's own default has them) get names of their own: the translation keeps the first only. */
function apart(regexp: string): string {
  const seen = new Map<string, number>();
  return regexp.replace(/\(\?<([a-z_]+)>/g, (_whole, name: string) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? `(?<${name}>` : `(?<${name}__${count}>`;
  });
}

/** Reads names out of a record that carries them all as text; undefined otherwise. */
export function recordNames(event: LogEvent): Names | undefined {
  if (!event.has('kubernetes') || !event.has('docker')) return undefined;
  const kubernetes = event.get('kubernetes')!;
  const docker = event.get('docker')!;
  const namespace = text(kubernetes, 'namespace_name');
  const pod = text(kubernetes, 'pod_name');
  const container = text(kubernetes, 'container_name');
  const containerId = text(docker, 'container_id');
  if (namespace === undefined || pod === undefined || container === undefined || containerId === undefined)
    return undefined;
  return { namespace, pod, container, containerId, podUid: undefined };
}

function text(value: Value, key: string): string | undefined {
  if (!isHash(value) || !Object.hasOwn(value, key)) return undefined;
  const field = value[key];
  return typeof field === 'string' ? field : undefined;
}
