import { expect, test } from 'vitest';
import { type HostParams, hostsOf } from './host-list.ts';

const base: HostParams = {
  host: 'localhost',
  port: 9200,
  hosts: undefined,
  scheme: 'http',
  path: undefined,
  cloud_id: undefined,
};
const all = (params: Partial<HostParams>) => hostsOf({ ...base, ...params }).map(({ url, auth }) => [url.href, auth]);

test.each<[Partial<HostParams>, string[]]>([
  [{}, ['http://localhost:9200/']],
  [{ host: 'es', port: 443, scheme: 'https', path: '/a/' }, ['https://es/a/']],
  [{ host: '::1' }, ['http://[::1]:9200/']],
  [{ host: '' }, []],
  [{ hosts: 'a,b:9201, c' }, ['http://a:9200/', 'http://b:9201/', 'http://c:9200/']],
  [{ hosts: 'a:80,b' }, ['http://a/', 'http://b:9200/']],
  [{ hosts: 'http://a,https://b/p,https://c:9243' }, ['http://a/', 'https://b/p', 'https://c:9243/']],
  [{ hosts: 'http://a,https://b/p', path: 'q' }, ['http://a/q', 'https://b/p']],
  [{ hosts: ',a b,' }, []],
  [{ cloud_id: `x:${btoa('eu.cloud.es.io$abc$def')}` }, ['https://abc.eu.cloud.es.io/']],
  [{ cloud_id: `x:${btoa('eu.cloud.es.io:9243$abc')}` }, ['https://abc.eu.cloud.es.io:9243/']],
  [{ cloud_id: 'nonsense' }, []],
])('%o names %o', (params, expected) => {
  expect(all(params).map(([href]) => href)).toEqual(expected);
});

test('credentials belong to the host whose URL has them, as they are written; what stands in %{} is encoded', () => {
  expect(all({ hosts: 'http://u:p%40s@a,b,http://%{d+@}:%{x/ !~}@c:1/p' })).toEqual([
    ['http://a/', 'u:p%40s'],
    ['http://b:9200/', undefined],
    ['http://c:1/p', 'd%2B%40:x%2F+%21%7E'],
  ]);
});
