/**
 * The plugin's record layout: which fields of pods and namespaces end up in `kubernetes` and `docker`, in which order.
 *
 * Guarantees: pure; API objects are cut down to what records show, so that a cache of pods stays small, and two
 * versions of a pod that show the same are recognised by `text`. Knows nothing of requests and caches.
 */
import type { V1Namespace, V1Pod } from '@kubernetes/client-node';
import type { Hash, Value } from '../../core/value.ts';
import { identity, type Names } from './names.ts';

export interface LayoutRules {
  readonly masterUrl: string | undefined;
  readonly podLabels: boolean;
  readonly namespaceLabels: boolean;
  readonly containers: boolean;
  readonly ownerReferences: boolean;
  readonly annotations: readonly RegExp[];
  /** Marks of a record whose namespace is unknown; undefined with `allow_orphans false`. */
  readonly orphan: { readonly name: string; readonly id: string } | undefined;
}

export interface ContainerMeta {
  readonly image: string | undefined;
  readonly imageId: string;
  readonly id: string;
}
export interface PodMeta {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly fields: Hash;
  readonly containers: ReadonlyMap<string, ContainerMeta>;
  /** Ids of all containers that the status tells of: present and previous, init and ephemeral ones too. */
  readonly containerIds: ReadonlySet<string>;
  /** The uid that the kubelet uses in paths where it is another one: of a static pod, whose API object is a mirror. */
  readonly pathUid: string | undefined;
  /** Equal texts: equal records. */
  readonly text: string;
}
export interface NamespaceMeta {
  readonly name: string;
  readonly uid: string;
  /** Seconds since the epoch. */
  readonly created: number;
  readonly fields: Hash;
  readonly text: string;
}

/** Objects as the API sends them: JSON, so times are texts. */
export type PodObject = Pick<V1Pod, 'spec' | 'status' | 'metadata'>;
export type NamespaceObject = Pick<V1Namespace, 'metadata'>;

export function podMeta(pod: PodObject, rules: LayoutRules): PodMeta {
  const { metadata = {}, status = {} } = pod;
  const statuses = status.containerStatuses ?? [];
  const fields: Record<string, Value> = {};
  put(fields, 'namespace_name', metadata.namespace);
  put(fields, 'pod_id', metadata.uid);
  put(fields, 'pod_name', metadata.name);
  put(fields, 'pod_ip', status.podIP);
  put(fields, 'host', pod.spec?.nodeName);
  if (rules.ownerReferences) {
    fields.ownerrefs = (metadata.ownerReferences ?? []).map(({ kind, name }) => ({ kind, name }));
  }
  if (rules.podLabels) putHash(fields, 'labels', metadata.labels);
  putHash(fields, 'annotations', matching(metadata.annotations, rules.annotations));
  if (rules.masterUrl !== undefined) fields.master_url = rules.masterUrl;
  const containers = new Map(
    statuses.map((s) => [s.name, { image: s.image, imageId: s.imageID ?? '', id: bareId(s.containerID) }] as const),
  );
  const all = [...statuses, ...(status.initContainerStatuses ?? []), ...(status.ephemeralContainerStatuses ?? [])];
  const ids = all.flatMap((s) => [s.containerID, s.lastState?.terminated?.containerID]).map(bareId);
  return {
    uid: metadata.uid ?? `${metadata.namespace}/${metadata.name}`,
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    fields,
    containers,
    containerIds: new Set(ids.filter((id) => id !== '')),
    pathUid: metadata.annotations?.['kubernetes.io/config.hash'],
    text: JSON.stringify([fields, [...containers], ids]),
  };
}

export function namespaceMeta(object: NamespaceObject, rules: LayoutRules): NamespaceMeta {
  const { metadata = {} } = object;
  const fields: Record<string, Value> = {};
  put(fields, 'namespace_id', metadata.uid);
  if (rules.namespaceLabels) putHash(fields, 'namespace_labels', metadata.labels);
  putHash(fields, 'namespace_annotations', matching(metadata.annotations, rules.annotations));
  const created = Date.parse(String(metadata.creationTimestamp ?? '')) / 1000;
  return {
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    created: Number.isNaN(created) ? 0 : created,
    fields,
    text: JSON.stringify([fields, created]),
  };
}

/** What is known of a pod or namespace that is not in hand: `missing` is the API's word, `away` means it could not say. */
export type Absence = 'missing' | 'away';

export interface RecordFields {
  readonly kubernetes: Hash;
  readonly docker: Hash | undefined;
  /** Records older than this time (seconds) get `earlier` in the place of `kubernetes`. */
  readonly since: number;
  readonly earlier: Hash;
}

/** The two fields of the records of one container. `namespace` undefined: nobody asks for namespaces. */
export function recordFields(
  names: Names,
  pod: PodMeta | Absence,
  namespace: NamespaceMeta | Absence | undefined,
  rules: LayoutRules,
): RecordFields {
  const told = { container_name: names.container, namespace_name: names.namespace, pod_name: names.pod };
  if (namespace === 'missing') {
    const kubernetes = rules.orphan === undefined ? told : { ...told, ...orphaned(names, rules.orphan) };
    return whole(kubernetes, names.containerId);
  }
  const ofNamespace = typeof namespace === 'object' ? namespace.fields : {};
  if (typeof pod === 'object') {
    const container = rules.containers ? pod.containers.get(names.container) : undefined;
    const image: Record<string, Value> = {};
    put(image, 'container_image', container?.image);
    if (container !== undefined && container.imageId !== '') image.container_image_id = container.imageId;
    return whole({ ...told, ...image, ...pod.fields, ...ofNamespace }, container?.id || names.containerId);
  }
  const without = { ...told, ...ofNamespace };
  if (pod === 'away' || typeof namespace !== 'object') return whole(without, names.containerId);
  // A pod that is unknown in a known namespace gets the id of its log file for pod_id, unless the namespace is
  // younger than the record: then the record is of another namespace of that name.
  const kubernetes = { ...told, pod_id: identity(names), ...ofNamespace };
  return { ...whole(kubernetes, names.containerId), since: namespace.created, earlier: without };
}

/** What the names alone tell. */
export function toldFields(names: Names): RecordFields {
  return whole(
    { container_name: names.container, namespace_name: names.namespace, pod_name: names.pod },
    names.containerId,
  );
}

function whole(kubernetes: Hash, containerId: string | undefined): RecordFields {
  const docker = containerId === undefined || containerId === '' ? undefined : { container_id: containerId };
  return { kubernetes, docker, since: Number.NEGATIVE_INFINITY, earlier: kubernetes };
}

function orphaned(names: Names, orphan: { name: string; id: string }): Hash {
  return { orphaned_namespace: names.namespace, namespace_name: orphan.name, namespace_id: orphan.id };
}

function put(fields: Record<string, Value>, key: string, value: string | null | undefined): void {
  if (value !== undefined && value !== null) fields[key] = value;
}

function putHash(fields: Record<string, Value>, key: string, value: Record<string, string> | null | undefined): void {
  if (value && Object.keys(value).length > 0) fields[key] = value;
}

/** Annotations that match, in the order of the regexps. */
function matching(annotations: Record<string, string> | undefined, regexps: readonly RegExp[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const regexp of regexps) {
    for (const [key, value] of Object.entries(annotations ?? {})) {
      regexp.lastIndex = 0;
      if (regexp.test(key)) found[key] = value;
    }
  }
  return found;
}

/** `containerd://abc` → `abc` */
function bareId(id: string | undefined): string {
  return (id ?? '').replace(/^[-_a-zA-Z0-9]+:\/\//, '');
}
