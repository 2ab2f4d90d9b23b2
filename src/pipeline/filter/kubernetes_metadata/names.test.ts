import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LogEvent } from '../../core/event.ts';
import { identity, recordNames, tagReader } from './names.ts';

const ID = 'a1b2c3d4'.repeat(8);
const read = tagReader(undefined);
const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,12}[a-z0-9])?$/);
const podName = fc.array(label, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'));

it('finds any namespace, pod and container in the tag of a file of /var/log/containers', () => {
  fc.assert(
    fc.property(
      podName,
      label,
      label,
      fc.stringMatching(/^[a-f0-9]{64}$/),
      (pod, namespace, container, containerId) => {
        const tag = `kubernetes.var.log.containers.${pod}_${namespace}_${container}-${containerId}.log`;
        expect(read(tag)).toEqual({ namespace, pod, container, containerId, podUid: undefined });
      },
    ),
  );
});

it('finds any namespace, pod and container in the tag of a file of /var/log/pods', () => {
  fc.assert(
    fc.property(podName, label, label, fc.uuid(), fc.nat(99), (pod, namespace, container, podUid, restarts) => {
      const names = read(`var.log.pods.${namespace}_${pod}_${podUid}.${container}.${restarts}.log`);
      expect(names).toEqual({ namespace, pod, container, containerId: undefined, podUid });
    }),
  );
});

it.each([
  'kubernetes.var.log.containers.web-0_shop_nginx-abc123.log',
  'zepplinlog',
  'var.log.containers.other.log',
  '',
])('takes %s for no container', (tag) => expect(read(tag)).toBeUndefined());

it('takes names from a regexp of ones own, also one with the plugin’s double group names', () => {
  const own = tagReader(
    'apps\\.(?<namespace>[^.]+)\\.(?<pod_name>[^.]+)\\.(?<container_name>[^.]+)\\.(?<docker_id>[a-z0-9]+)\\.log$',
  );
  expect(own('apps.shop.web-0.nginx.abc123.log')).toMatchObject({ namespace: 'shop', containerId: 'abc123' });
  const both = tagReader(
    '(pods\\.(?<namespace>[^_]+)_(?<pod_name>[^_]+)_(?<pod_uuid>[a-z0-9-]*)\\.(?<container_name>.+)\\..*\\.log$|' +
      'containers\\.(?<pod_name>[^_]+)_(?<namespace>[^_]+)_(?<container_name>.+)-(?<docker_id>[a-z0-9]{64})\\.log$)',
  );
  expect(both(`containers.web-0_shop_nginx-${ID}.log`)).toMatchObject({
    namespace: 'shop',
    pod: 'web-0',
    containerId: ID,
  });
  expect(both('pods.shop_web-0_1-2.nginx.0.log')).toMatchObject({ namespace: 'shop', pod: 'web-0', podUid: '1-2' });
});

it('identifies a container by the uid of its pod, else by its own id', () => {
  expect(identity(read('var.log.pods.shop_web-0_1-2.nginx.0.log')!)).toBe('1-2');
  expect(identity(read(`var.log.containers.web-0_shop_nginx-${ID}.log`)!)).toBe(ID);
});

it('takes names from a record only when all of them are text', () => {
  const kubernetes = { namespace_name: 'shop', pod_name: 'web-0', container_name: 'nginx' };
  const docker = { container_id: ID };
  expect(recordNames(LogEvent.from(0, 0, { kubernetes, docker }))).toMatchObject({ pod: 'web-0', containerId: ID });
  for (const record of [
    {},
    { kubernetes },
    { docker },
    { kubernetes: [], docker },
    { kubernetes: { ...kubernetes, pod_name: 1 }, docker },
    { kubernetes, docker: { container_id: null } },
  ]) {
    expect(recordNames(LogEvent.from(0, 0, record))).toBeUndefined();
  }
});
