/** What the outputs ask of a cluster before documents come: templates, rollover indices, policies, data streams. Requests are compared as sent. */
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../agent/sluice.ts';
import { type Rig, rig } from '../plugins/rig.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());
const template = folder.write('template.json', '{"index_patterns":["<<app>>-*"],\n"settings":{"number_of_shards":1}}');
const composable = folder.write('composable.json', '{"index_patterns":["x"],"template":{"mappings":{}}}');

const ended: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

/** Records requests; what `existing` names or was put is there. Paths of `refused` get that status. */
async function cluster(existing: readonly string[] = [], refused: Record<string, number> = {}) {
  const there = new Set(existing);
  const requests: string[] = [];
  const bulk: { path: string; lines: unknown[] }[] = [];
  const server = http.createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString();
    const path = decodeURIComponent(request.url ?? '');
    const answer = (status: number, json: unknown = {}) => response.writeHead(status).end(JSON.stringify(json));
    if (path === '/') return answer(200, { version: { number: '7.17.9' } });
    if (path.endsWith('/_bulk')) {
      const lines = body
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown);
      bulk.push({ path, lines });
      if (refused[path] !== undefined) return answer(refused[path], { error: 'no' });
      return answer(200, { errors: false, items: [] });
    }
    requests.push(`${request.method} ${path}${body === '' ? '' : ` ${body}`}`);
    if (refused[path] !== undefined) return answer(refused[path], { error: 'no' });
    if (path === '/_xpack') return answer(200, { features: { ilm: { available: true, enabled: true } } });
    if (request.method === 'PUT') there.add(path);
    answer(there.has(path) ? 200 : 404);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ended.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, requests, bulk };
}
type Cluster = Awaited<ReturnType<typeof cluster>>;

async function start(to: Cluster, params: string, { type = 'elasticsearch', keys = 'tag' } = {}): Promise<Rig> {
  const one = await rig(`<match **>
@type ${type}
host 127.0.0.1
port ${to.port}
${params}
<buffer ${keys}>
@type memory
flush_mode immediate
flush_thread_interval 0.05
retry_wait 0.05
retry_max_interval 0.1
</buffer>
</match>`);
  ended.push(() => one.stop());
  return one;
}

const ROLLOVER = '{"hot":{"actions":{"rollover":{"max_size":"50gb","max_age":"30d"}}}}';
const POLICY = `{"policy":{"phases":${ROLLOVER}}}`;
const lifecycle = (policy: string, alias: string) =>
  `"index.lifecycle.name":"${policy}","index.lifecycle.rollover_alias":"${alias}"`;

describe('templates', () => {
  it('one that is there stays', async () => {
    const to = await cluster(['/_template/t']);
    await start(to, `template_name t\ntemplate_file ${template}`);
    expect(to.requests).toEqual(['GET /_template/t']);
  });

  it('customize_template replaces texts, and template_overwrite asks nothing', async () => {
    const to = await cluster(['/_template/t']);
    const more = 'template_overwrite true\ncustomize_template {"<<app>>":"Shop"}';
    await start(to, `template_name t\ntemplate_file ${template}\n${more}`);
    expect(to.requests).toEqual(['PUT /_template/t {"index_patterns":["shop-*"],"settings":{"number_of_shards":1}}']);
  });

  it('with placeholders one is installed for each name, once, before the documents come', async () => {
    const to = await cluster();
    const one = await start(
      to,
      `template_name t-\${tag}\ntemplate_file ${composable}\nindex_name i\nuse_legacy_template false`,
    );
    expect(to.requests).toEqual([]);
    for (const tag of ['a', 'b', 'a']) await one.emit(tag, [{ n: 1 }]);
    await expect.poll(() => to.bulk.length).toBe(3);
    const body = '{"index_patterns":["x"],"template":{"mappings":{}}}';
    expect(to.requests.toSorted()).toEqual([
      'GET /_index_template/t-a',
      'GET /_index_template/t-b',
      `PUT /_index_template/t-a ${body}`,
      `PUT /_index_template/t-b ${body}`,
    ]);
  });

  it('one that the cluster refuses keeps the documents in the buffer', async () => {
    const to = await cluster([], { '/_template/t': 503 });
    const one = await start(to, `template_name t\ntemplate_file ${template}\nlogstash_format true`);
    await one.emit('a', [{ n: 1 }]);
    await expect.poll(() => to.requests.length).toBeGreaterThan(2);
    expect(to.bulk).toEqual([]);
  });

  it('a file that is missing, and an answer that says no where that is not to be waited for, stop the agent', async () => {
    await expect(start(await cluster(), 'template_name t\ntemplate_file /none.json')).rejects.toThrow(
      'valid template file',
    );
    const more = 'catch_transport_exception_on_retry false';
    const to = await cluster([], { '/_template/t': 400 });
    await expect(start(to, `template_name t\ntemplate_file ${template}\n${more}`)).rejects.toThrow('[400]');
    expect(to.requests).toHaveLength(1);
  });
});

describe('rollover', () => {
  it('rollover_index makes the first index and its alias', async () => {
    const to = await cluster(['/_template/t']);
    const more = 'rollover_index true\ndeflector_alias Live\nindex_name App\napplication_name Web';
    await start(to, `template_name t\ntemplate_file ${template}\n${more}`);
    expect(to.requests).toEqual([
      'GET /_template/t',
      'HEAD /_alias/Live',
      'PUT /<app-web-{now/d}-000001>',
      'PUT /<app-web-{now/d}-000001>/_aliases/Live {"aliases":{"Live":{"is_write_index":true}}}',
    ]);
  });

  it('enable_ilm names policy and alias in the template, and makes the policy', async () => {
    const to = await cluster();
    await start(
      to,
      `template_name t\ntemplate_file ${template}\nenable_ilm true\nindex_name app\nindex_date_pattern ""`,
    );
    const settings = `{"number_of_shards":1,${lifecycle('logstash-policy', 'app')}}`;
    expect(to.requests).toEqual([
      'GET /_template/app',
      `PUT /_template/app {"index_patterns":"app-*","settings":${settings},"order":51}`,
      'HEAD /_alias/app',
      'PUT /<app-default-000001>',
      'PUT /<app-default-000001>/_aliases/app {"aliases":{"app":{"is_write_index":true}}}',
      'GET /_ilm/policy/logstash-policy',
      `PUT /_ilm/policy/logstash-policy ${POLICY}`,
      'GET /_xpack',
    ]);
  });

  it('ilm_policy_overwrite puts the given policy without asking', async () => {
    const to = await cluster(['/_template/app', '/_alias/app', '/_ilm/policy/p']);
    const more = 'ilm_policy_id p\nilm_policy {"policy":{"phases":{}}}\nilm_policy_overwrite true';
    await start(to, `template_name t\ntemplate_file ${template}\nenable_ilm true\nindex_name app\n${more}`);
    expect(to.requests).toContain('PUT /_ilm/policy/p {"policy":{"phases":{}}}');
    expect(to.requests).not.toContain('GET /_ilm/policy/p');
  });

  it('with logstash_format every day is an alias of its own', async () => {
    const to = await cluster();
    const more = 'enable_ilm true\nlogstash_format true\nlogstash_prefix app\napplication_name web';
    const one = await start(to, `template_name t\ntemplate_file ${template}\n${more}`);
    expect(to.requests).toEqual(['GET /_xpack']);
    await one.emit('a', [{ n: 1 }], 1_709_251_200);
    await expect.poll(() => to.bulk.length).toBe(1);
    const settings = `{"number_of_shards":1,${lifecycle('logstash-policy', 'app-2024.03.01')}}`;
    expect(to.requests.slice(1, 5)).toEqual([
      'GET /_template/app-2024.03.01',
      `PUT /_template/app-2024.03.01 {"index_patterns":"app-web-2024.03.01-*","settings":${settings},"order":53}`,
      'HEAD /_alias/app-2024.03.01',
      'PUT /<app-web-2024.03.01-000001>',
    ]);
  });
});

describe('data streams', () => {
  const type = 'elasticsearch_data_stream';
  const templateOf = (pattern: string, policy: string) =>
    `{"index_patterns":["${pattern}"],"data_stream":{},"template":{"settings":{"index.lifecycle.name":"${policy}"}}}`;

  it('a stream that is there stays, with its policy and template', async () => {
    const to = await cluster(['/_data_stream/logs']);
    await start(to, 'data_stream_name logs', { type });
    expect(to.requests).toEqual(['GET /_data_stream/logs']);
  });

  it('names, policy and pattern are those of the parameters', async () => {
    const to = await cluster();
    const more = `data_stream_template_name tpl\ndata_stream_ilm_name pol\ndata_stream_ilm_policy '{"policy":{}}'`;
    const policy = 'data_stream_ilm_policy_overwrite true\ndata_stream_template_use_index_patterns_wildcard false';
    await start(to, `data_stream_name logs\n${more}\n${policy}`, { type });
    expect(to.requests).toEqual([
      'PUT /_ilm/policy/pol {"policy":{}}',
      'GET /_data_stream/logs',
      'GET /_index_template/tpl',
      `PUT /_index_template/tpl ${templateOf('logs', 'pol')}`,
      'PUT /_data_stream/logs',
    ]);
  });

  it('with placeholders each stream is made before its first documents', async () => {
    const to = await cluster();
    const one = await start(to, 'data_stream_name logs-${tag}\ninclude_tag_key true\ntime_precision 3', { type });
    expect(to.requests).toEqual([]);
    await one.emit('a', [{ n: 1 }, { n: 2, '@timestamp': 'own' }], 1_709_251_200);
    await expect.poll(() => to.bulk.length).toBe(1);
    expect(to.requests.at(-1)).toBe('PUT /_data_stream/logs-a');
    expect(to.bulk).toEqual([
      {
        path: '/logs-a/_bulk',
        lines: [
          { create: {} },
          { n: 1, tag: 'a', '@timestamp': '2024-03-01T00:00:00.000+00:00' },
          { create: {} },
          { n: 2, tag: 'a', '@timestamp': 'own' },
        ],
      },
    ]);
  });

  it('OpenSearch has a template alone, and times are written anew', async () => {
    const to = await cluster();
    const one = await start(to, 'data_stream_name logs\ntime_key ts\nremove_keys ts', {
      type: 'opensearch_data_stream',
    });
    expect(to.requests).toEqual([
      'GET /_data_stream/logs',
      'GET /_index_template/logs_template',
      'PUT /_index_template/logs_template {"index_patterns":["logs*"],"data_stream":{}}',
    ]);
    await one.emit('a', [{ ts: '2024-03-01T10:00:00+02:00' }]);
    await expect.poll(() => to.bulk.length).toBe(1);
    expect(to.bulk[0]!.lines[1]).toEqual({ '@timestamp': '2024-03-01T10:00:00.000000000+02:00' });
  });

  it.each([
    ['-logs', 'must not start with'],
    ['..', 'must not be . or ..'],
    ['a b', 'must not contain invalid characters'],
    ['Logs', 'must be lowercase only'],
    ['x'.repeat(250), "'data_stream_template_name' must not be longer than 255 bytes"],
  ])('the name %s is refused', async (name, message) => {
    await expect(start(await cluster(), `data_stream_name ${name}`, { type })).rejects.toThrow(message);
  });
});

describe('requests', () => {
  it('include_index_in_url: one request an index, each document once', async () => {
    const to = await cluster();
    const one = await start(to, 'include_index_in_url true\ntarget_index_key i\nindex_name rest');
    await one.emit('a', [{ n: 1, i: 'x/y' }, { n: 2 }, { n: 3, i: 'x/y' }]);
    await expect.poll(() => to.bulk.length).toBe(2);
    const action = { index: { _type: '_doc' } };
    expect(to.bulk).toEqual([
      { path: '/x/y/_bulk', lines: [action, { n: 1 }, action, { n: 3 }] },
      { path: '/rest/_bulk', lines: [action, { n: 2 }] },
    ]);
  });

  it('<metadata> puts the id of the chunk into each record, within the body of an update too', async () => {
    const to = await cluster();
    const metadata = '<metadata>\ninclude_chunk_id true\nchunk_id_key c\n</metadata>';
    const one = await start(to, `${metadata}\nwrite_operation upsert\nid_key id\nremove_keys_on_update x`);
    await one.emit('a', [{ id: 1, x: 2 }]);
    await expect.poll(() => to.bulk.length).toBe(1);
    const c = expect.stringMatching(/^[0-9a-f]{32}$/);
    expect(to.bulk[0]!.lines[1]).toEqual({ doc: { id: 1, c }, upsert: { id: 1, x: 2, c } });
  });

  it('a host that depends on the chunk is refused, with the reason', async () => {
    const to = await cluster();
    await expect(start(to, 'hosts ${tag}.example:9200')).rejects.toThrow('one <match> for each cluster');
  });

  it('ignore_exceptions: a failure that is named costs the chunk, with a secondary or without a backup', async () => {
    const to = await cluster([], { '/_bulk': 400 });
    const ignore = 'ignore_exceptions ["Elasticsearch::Transport::Transport::ServerError"]';
    const one = await start(to, `${ignore}\nexception_backup false`);
    await one.emit('a', [{ n: 1 }]);
    await expect.poll(() => to.bulk.length).toBe(1);
    await one.emit('a', [{ n: 2 }]);
    await expect.poll(() => to.bulk.length).toBe(2);
    expect(to.bulk.map(({ lines }) => lines[1])).toEqual([{ n: 1 }, { n: 2 }]);
    expect(one.logs.filter((line) => line.includes('failed to flush'))).toEqual([]);
    const other = await cluster([], { '/_bulk': 503 });
    const kept = await start(
      other,
      `${ignore}\n<secondary>\n@type secondary_file\ndirectory ${folder.path}/kept\n</secondary>`,
    );
    await kept.emit('a', [{ n: 3 }]);
    await expect
      .poll(() => fs.existsSync(`${folder.path}/kept`) && fs.readdirSync(`${folder.path}/kept`))
      .toHaveLength(1);
    expect(other.bulk).toHaveLength(1);
  });

  it('elasticsearch_dynamic: Ruby names the index of each record; one that it cannot name goes to the error stream', async () => {
    const to = await cluster();
    const params = `logstash_format true\nlogstash_prefix k-\${record['kubernetes']['namespace_name']}`;
    const one = await start(to, params, { type: 'elasticsearch_dynamic' });
    const pod = (name: string) => ({ kubernetes: { namespace_name: name } });
    await one.emit('a', [pod('x'), {}, pod('y')], 1_709_251_200);
    await expect.poll(() => to.bulk.length).toBe(1);
    const indices = to.bulk[0]!.lines.flatMap((line) => (line as { index?: { _index: string } }).index?._index ?? []);
    expect(indices).toEqual(['k-x-2024.03.01', 'k-y-2024.03.01']);
    expect(one.errors.map(({ tag, json }) => [tag, json])).toEqual([['a', '{}']]);
  });
});
