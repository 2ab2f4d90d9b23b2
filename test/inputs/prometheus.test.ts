/** The prometheus filter and output, and the servers of prometheus and monitor_agent, over real sockets. */
import { afterEach, expect, it } from 'vitest';
import { type Rig, rig } from '../plugins/rig.ts';
import { freePort } from './ports.ts';

const rigs: Rig[] = [];
afterEach(async () => {
  for (const one of rigs.splice(0)) await one.stop();
});

async function start(text: string): Promise<Rig> {
  const one = await rig(text);
  rigs.push(one);
  return one;
}

const filter = (metric: string) => `<filter **>
  @type prometheus
  ${metric}
</filter>
<match **>
  @type capture
</match>`;

it('a record whose value is no number goes to the error stream, counts nowhere and passes on', async () => {
  const one = await start(filter('<metric>\nname n_total\ntype counter\ndesc N\nkey n\n</metric>'));
  await one.emit('t', [{ n: 1 }, { n: 'x' }, { n: -1 }, { n: null }, {}, { n: 2.5 }]);
  expect(await one.metrics()).toContain('n_total 3.5\n');
  expect(one.errors.map(({ json }) => json)).toEqual(['{"n":"x"}', '{"n":-1}']);
  expect(one.caught).toHaveLength(6);
});

it('an initialized metric is shown before the first event, with the labels of <initlabels>', async () => {
  const labels = '<labels>\nmethod $.m\nzone eu\n</labels>\n<initlabels>\nmethod GET\n</initlabels>';
  const one = await start(
    filter(`<metric>\nname r_total\ntype counter\ndesc R\ninitialized true\n${labels}\n</metric>`),
  );
  expect(await one.metrics()).toContain('r_total{method="GET",zone="eu"} 0.0\n');
});

it('what cannot be initialized is a configuration error', async () => {
  const labels = '<labels>\nmethod $.m\n</labels>';
  const text = filter(`<metric>\nname r_total\ntype counter\ndesc R\ninitialized true\n${labels}\n</metric>`);
  await expect(rig(text)).rejects.toThrow('has not been set in a <initlabels>');
});

it('a label set that nothing moves is forgotten after its retention', async () => {
  const { ManualClock } = await import('../plugins/rig.ts');
  const clock = new ManualClock();
  const metric =
    'name a_total\ntype counter\ndesc A\nretention 10\nretention_check_interval 1\n<labels>\nl $.l\n</labels>';
  const one = await rig(filter(`<metric>\n${metric}\n</metric>`), clock);
  rigs.push(one);
  await one.emit('t', [{ l: 'old' }]);
  clock.advance(6000);
  await one.emit('t', [{ l: 'new' }]);
  clock.advance(5000);
  const text = await one.metrics();
  expect(text).not.toContain('"old"');
  expect(text).toContain('a_total{l="new"} 1.0\n');
});

it('the prometheus source answers GET alone, and all workers at once on the aggregated path', async () => {
  const port = await freePort();
  const one = await start(`<source>\n@type prometheus\nbind 127.0.0.1\nport ${port}\n</source>
${filter('<metric>\nname n_total\ntype counter\ndesc N\n</metric>')}`);
  await one.emit('t', [{}]);
  const url = `http://127.0.0.1:${port}`;
  const answer = await fetch(`${url}/metrics`);
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4');
  expect(await answer.text()).toBe('# TYPE n_total counter\n# HELP n_total N\nn_total 1.0\n');
  expect(await (await fetch(`${url}/aggregated_metrics`)).text()).toContain('n_total 1.0');
  expect((await fetch(`${url}/metrics`, { method: 'POST', body: 'x'.repeat(100_000) })).status).toBe(405);
  expect((await fetch(`${url}/other`)).status).toBe(404);
  for (const probe of ['live', 'ready']) expect((await fetch(`${url}/health/${probe}`)).status).toBe(200);
});

it('a prometheus source with content_encoding gzip and TLS', async () => {
  const port = await freePort();
  await start(`<source>\n@type prometheus\nbind 127.0.0.1\nport ${port}\ncontent_encoding gzip
<transport tls>\ninsecure true\n</transport>\n</source>`);
  const https = await import('node:https');
  const { gunzipSync } = await import('node:zlib');
  const body = await new Promise<Buffer>((resolve, reject) => {
    https
      .get({ host: '127.0.0.1', port, path: '/metrics', rejectUnauthorized: false }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => resolve(Buffer.concat(parts)));
      })
      .on('error', reject);
  });
  expect(gunzipSync(body).toString()).toBe('');
});

it('monitor_agent shows no secret, and masks what looks like one', async () => {
  const port = await freePort();
  await start(`<source>\n@type monitor_agent\nbind 127.0.0.1\nport ${port}\n</source>
<match **>\n@type elasticsearch\n@id es\npassword open-sesame\nhosts https://u:open-sesame@127.0.0.1:1\n</match>`);
  const url = `http://127.0.0.1:${port}/api`;
  for (const path of ['plugins.json', 'plugins.json?debug=1', 'plugins', 'config.json', 'config'])
    expect(await (await fetch(`${url}/${path}`)).text()).not.toContain('open-sesame');
  const { plugins } = (await (await fetch(`${url}/plugins.json?@type=elasticsearch`)).json()) as {
    plugins: Record<string, unknown>[];
  };
  expect(plugins).toMatchObject([{ plugin_id: 'es', config: { password: 'xxxxxx' }, buffer_timekeys: [], retry: {} }]);
  expect(await (await fetch(`${url}/plugins`)).text()).toMatch(
    /plugin_id:es\tplugin_category:output\ttype:elasticsearch/,
  );
});

it('monitor_agent with a tag emits the state of every plugin', async () => {
  const port = await freePort();
  const one =
    await start(`<source>\n@type monitor_agent\nbind 127.0.0.1\nport ${port}\ntag mon\nemit_interval 0.1\n</source>
<match mon>\n@type capture\n@id end\n</match>`);
  await expect.poll(() => one.caught.length, { timeout: 20_000 }).toBeGreaterThan(1);
  expect(one.caught[0]?.record).toMatchObject({ plugin_category: 'input', type: 'monitor_agent', retry_count: null });
  expect(one.caught[1]?.record).toMatchObject({ plugin_id: 'end', output_plugin: true });
});

it('a metric that another filter made with other labels is told, and the records pass', async () => {
  const labelled = '<metric>\nname m_total\ntype counter\ndesc M\n<labels>\na $.a\n</labels>\n</metric>';
  const one =
    await start(`<filter **>\n@type prometheus\n<metric>\nname m_total\ntype counter\ndesc M\n</metric>\n</filter>
${filter(labelled)}`);
  await one.emit('t', [{ a: 1 }]);
  expect(one.caught).toHaveLength(1);
  expect(one.errors).toHaveLength(1);
  expect(await one.metrics()).toContain('m_total 1.0\n');
});

it('monitors tell of copy only that it is there, and of its stores everything', async () => {
  const one = await start(`<source>\n@type prometheus_output_monitor\n<labels>\nhost here\n</labels>\n</source>
<match **>\n@type copy\n@id both\n<store>\n@type null\n@id nowhere\n</store>\n</match>`);
  await one.emit('t', [{ a: 1 }, { a: 2 }]);
  const text = await one.metrics();
  expect(text).toContain('fluentd_output_status_emit_records{host="here",plugin_id="nowhere",type="null"} 2.0');
  expect(text).toContain('fluentd_output_status_retry_count{host="here",plugin_id="both",type="copy"} 0.0');
  expect(text).not.toMatch(/emit_records\{[^}]*both/);
});

it('gauge_all false gives counters that do not count twice', async () => {
  const one = await start(`<source>\n@type prometheus_output_monitor\ngauge_all false\n</source>
<match **>\n@type null\n@id n\n</match>`);
  await one.emit('t', [{ a: 1 }]);
  await one.metrics();
  await one.emit('t', [{ a: 2 }]);
  const text = await one.metrics();
  expect(text).toContain('# TYPE fluentd_output_status_emit_records counter');
  expect(text).toContain('fluentd_output_status_emit_records{plugin_id="n",type="null"} 2.0');
});
