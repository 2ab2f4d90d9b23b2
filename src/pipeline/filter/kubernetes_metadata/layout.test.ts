import { expect, it } from 'vitest';
import { type LayoutRules, namespaceMeta, type PodObject, podMeta, recordFields } from './layout.ts';
import type { Names } from './names.ts';

const RULES: LayoutRules = {
  masterUrl: 'https://api',
  podLabels: true,
  namespaceLabels: true,
  containers: true,
  ownerReferences: false,
  annotations: [],
  orphan: { name: '.orphaned', id: 'orphaned' },
};
const NAMES: Names = { namespace: 'shop', pod: 'web-0', container: 'nginx', containerId: 'file-id', podUid: undefined };
const POD = {
  metadata: {
    name: 'web-0',
    namespace: 'shop',
    uid: 'u1',
    labels: { app: 'web' },
    annotations: { 'b.io/y': '2', 'a.io/x': '1', plain: 'z' },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'o1' }],
  },
  spec: { nodeName: 'node-1' },
  status: {
    podIP: '10.0.0.5',
    containerStatuses: [
      {
        name: 'nginx',
        image: 'nginx:1',
        imageID: 'sha256:1',
        containerID: 'containerd://status-id',
        lastState: { terminated: { containerID: 'containerd://before' } },
      },
    ],
    initContainerStatuses: [{ name: 'init', image: 'i', imageID: 'x', containerID: 'cri-o://init-id' }],
  },
} as unknown as PodObject;
const SHOP = { metadata: { name: 'shop', uid: 'n1', creationTimestamp: '2024-01-01T00:00:00Z' } } as never;

const shop = namespaceMeta(SHOP, RULES);
const keys = (pod: PodObject, rules: LayoutRules, names = NAMES) =>
  Object.keys(recordFields(names, podMeta(pod, rules), namespaceMeta(SHOP, rules), rules).kubernetes);

it('keeps the order of the plugin', () => {
  expect(keys(POD, { ...RULES, ownerReferences: true, annotations: [/io/] })).toEqual([
    'container_name',
    'namespace_name',
    'pod_name',
    'container_image',
    'container_image_id',
    'pod_id',
    'pod_ip',
    'host',
    'ownerrefs',
    'labels',
    'annotations',
    'master_url',
    'namespace_id',
  ]);
});

it('tells the container id of the status, whatever the file name says, and of the file where there is none', () => {
  const docker = (names: Names, rules = RULES) => recordFields(names, podMeta(POD, rules), shop, rules).docker;
  expect(docker(NAMES)).toEqual({ container_id: 'status-id' });
  expect(docker({ ...NAMES, container: 'init' })).toEqual({ container_id: 'file-id' });
  expect(docker(NAMES, { ...RULES, containers: false })).toEqual({ container_id: 'file-id' });
  expect(docker({ ...NAMES, container: 'init', containerId: undefined })).toBeUndefined();
});

it('gives init containers no image', () => {
  expect(keys(POD, RULES, { ...NAMES, container: 'init' })).not.toContain('container_image');
});

it('knows all container ids of a pod, also previous ones', () => {
  expect([...podMeta(POD, RULES).containerIds].sort()).toEqual(['before', 'init-id', 'status-id']);
});

it('orders annotations by the regexps that match them', () => {
  const { fields } = podMeta(POD, { ...RULES, annotations: [/^plain$/, /\.io/] });
  expect(Object.keys(fields.annotations as object)).toEqual(['plain', 'b.io/y', 'a.io/x']);
});

it('leaves out what a pod does not have, and shows no owners as an empty list', () => {
  const bare = { metadata: { name: 'web-0', namespace: 'shop', uid: 'u1' } } as PodObject;
  expect(podMeta(bare, { ...RULES, ownerReferences: true }).fields).toEqual({
    namespace_name: 'shop',
    pod_id: 'u1',
    pod_name: 'web-0',
    ownerrefs: [],
    master_url: 'https://api',
  });
});

it('gives the file’s id for pod_id only to records that are younger than the namespace', () => {
  const fields = recordFields(NAMES, 'missing', shop, RULES);
  expect(fields.since).toBe(Date.parse('2024-01-01T00:00:00Z') / 1000);
  expect(fields.kubernetes.pod_id).toBe('file-id');
  expect(fields.earlier).not.toHaveProperty('pod_id');
});

it('claims nothing while the API cannot say', () => {
  const told = { container_name: 'nginx', namespace_name: 'shop', pod_name: 'web-0' };
  expect(recordFields(NAMES, 'away', 'away', RULES).kubernetes).toEqual(told);
  expect(recordFields(NAMES, 'away', shop, RULES).kubernetes).toEqual({ ...told, namespace_id: 'n1' });
  expect(recordFields(NAMES, 'missing', undefined, RULES).kubernetes).toEqual(told);
});

it('sees that two versions of a pod show the same', () => {
  const touched = { ...POD, metadata: { ...POD.metadata, resourceVersion: '7', managedFields: [] } };
  expect(podMeta(touched, RULES).text).toBe(podMeta(POD, RULES).text);
  const changed = { ...POD, metadata: { ...POD.metadata, labels: { app: 'other' } } };
  expect(podMeta(changed, RULES).text).not.toBe(podMeta(POD, RULES).text);
});
