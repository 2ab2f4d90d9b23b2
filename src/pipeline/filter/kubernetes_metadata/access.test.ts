import { expect, it } from 'vitest';
import { realPorts } from '../../io/ports.ts';
import { apiBase, apiUrl, FileAccess } from './access.ts';
import { Health } from './health.ts';

it.each([
  ['http://h:1', 'http://h:1/api'],
  ['http://h:1/', 'http://h:1/api'],
  ['https://h/api', 'https://h/api'],
  ['https://h/k8s/clusters/c-1/', 'https://h/k8s/clusters/c-1/api'],
])('finds the API of %s', (url, base) => expect(apiBase(url).href).toBe(base));

it.each(['api:443', 'ftp://h', ''])('refuses %j for a URL', (url) =>
  expect(() => apiBase(url)).toThrow(/kubernetes_url/),
);

it('takes the address of the cluster from the environment, also an IPv6 one', () => {
  const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
  expect(apiUrl(undefined, env)).toBe('https://[fd00::1]:443/api');
  expect(apiUrl('http://own', env)).toBe('http://own');
  expect(apiUrl('', { KUBERNETES_SERVICE_HOST: 'h' })).toBeUndefined();
});

it.each(['client_cert', 'client_key', 'ca_file', 'bearer_token_file'])(
  '%s that cannot be read is an error at start',
  (name) => {
    const files = { client_cert: undefined, client_key: undefined, ca_file: undefined, bearer_token_file: undefined };
    const config = { ...files, secret_dir: '/none', verify_ssl: true, ssl_partial_chain: false };
    const { fs } = realPorts;
    expect(() => new FileAccess('https://h', config, fs).check()).not.toThrow();
    const access = new FileAccess('https://h', { ...config, [name]: '/none/at/all' }, fs);
    expect(() => access.check()).toThrow(`${name}: cannot read '/none/at/all': ENOENT`);
  },
);

it('lets one request at a time find out whether an API that is away is back', () => {
  const health = new Health();
  expect(health.mayAsk(0)).toBe(true);
  health.failed(0);
  health.failed(100);
  expect(health.awaySince).toBe(0);
  expect([1000, 1001, 1400, 1500, 2000, 2500].map((now) => health.mayAsk(now))).toEqual([
    true,
    false,
    false,
    true,
    false,
    true,
  ]);
  health.answered();
  expect([2501, 2502].map((now) => health.mayAsk(now))).toEqual([true, true]);
});
