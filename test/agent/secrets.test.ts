/** Random secrets in every parameter that may hold one, of every plugin: nothing that people read tells them. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { explainParams } from '../../src/agent/explain/params.ts';
import { Worker } from '../../src/agent/lifecycle.ts';
import { type Kind, Loaded, registry } from '../../src/agent/registry.ts';
import { Log } from '../../src/agent/telemetry/log.ts';
import { MetricsRegistry } from '../../src/agent/telemetry/metrics.ts';
import { quoted } from '../../src/config/dump.ts';
import { elementFrom } from '../../src/config/from-text.ts';
import { problemText } from '../../src/config/problems.ts';
import type { ParamSpec, SectionSpec } from '../../src/config/schema.ts';
import { realPorts } from '../../src/pipeline/io/ports.ts';
import { createEmbed } from '../../src/ruby/embedded.ts';
import { freePort } from '../inputs/ports.ts';
import { sluice, startAgent, temporaryFolder } from './sluice.ts';

const folder = temporaryFolder();
const loaded = new Loaded();
const SECTIONS: Partial<Record<Kind, string>> = { input: 'source', filter: 'filter', output: 'match' };
const plugins = Object.entries(SECTIONS).flatMap(([kind, section]) =>
  Object.keys(registry[kind as Kind]).map((type) => ({ kind: kind as Kind, section, type })),
);

beforeAll(async () => {
  await Promise.all(plugins.map(({ kind, type }) => loaded.load(kind, type)));
});
afterAll(() => folder.remove());

/** What stands in a configuration when the secret is `s`; undefined for parameters that hold none. */
function secretValue(name: string, spec: ParamSpec, s: string): string | undefined {
  if (spec.secret) return s;
  if (spec.type === 'hash' && /header/.test(name))
    return s.length % 2 === 0 ? `Authorization:Bearer ${s}` : `{"x-api-key":"${s}"}`;
  if (/^(hosts|endpoint|proxy|kubernetes_url)$/.test(name))
    return name === 'hosts' ? `joe:${s}@h:1` : `http://joe:${s}@h:1/`;
  return undefined;
}

function body(spec: SectionSpec, secret: () => string): string {
  const params = Object.entries(spec.params).flatMap(([name, param]) => {
    const value = secretValue(name, param, secret());
    if (value !== undefined) return [`${name} ${quoted(value)}\n`];
    return param.required && param.default === undefined ? [`${name} ${param.values?.[0] ?? '1'}\n`] : [];
  });
  const sections = Object.entries(spec.sections ?? {})
    .filter(([, inner]) => inner.plugin === undefined && inner.anyParam !== true)
    .map(([name, inner]) => `<${name}>\n${body(inner, secret)}</${name}>\n`);
  return [...params, ...sections].join('');
}

/** Everything that the agent tells of a configuration without running it. */
async function told(text: string): Promise<string> {
  const file = folder.write('fluent.conf', text);
  const lines: string[] = [];
  const worker = new Worker({
    configFile: file,
    embed: createEmbed({ env: {}, hostname: 'h', workerId: 0 }),
    env: {},
    ports: realPorts,
    log: new Log({
      level: 'trace',
      format: 'text',
      time: () => '',
      write: (line) => void lines.push(line),
      workerId: 0,
    }),
    metrics: new MetricsRegistry(),
    logPath: undefined,
    process,
    workerId: 0,
  });
  const { problems, graph } = await worker.prepare();
  const explained = text.startsWith('<') ? explainParams(elementFrom(text), loaded) : [];
  return [
    ...lines,
    ...problems.list.map(problemText),
    JSON.stringify(graph.instances.map(({ config }) => config)),
    JSON.stringify(explained),
  ].join('\n');
}

it('no secret of any plugin is in a log, a problem, explain or what monitor_agent tells', {
  timeout: 240_000,
}, async () => {
  const word = fc.stringMatching(/^[a-zA-Z0-9!$%&*+.;<=>?^_|~-]{10,24}$/);
  const sample = fc.sample(word, 400);
  let given = 0;
  for (const { kind, section, type } of plugins) {
    const used: string[] = [];
    const secret = () => {
      const next = `s3c${sample[given++ % sample.length]}`;
      used.push(next);
      return next;
    };
    const arg = section === 'source' ? '' : ' **';
    const inside = body(loaded.get(kind, type)!.schema, secret);
    const text = `<${section}${arg}>\n@type ${type}\nmistyped_password ${quoted(secret())}\n${inside}</${section}>\n`;
    const shown = await told(text);
    for (const one of used) expect(shown, `${kind} ${type}:\n${text}`).not.toContain(one);
  }
  // A third of all plugins has a secret of its own; each of them got at least the mistyped one.
  expect(given).toBeGreaterThan(plugins.length);
});

it('a value that is not valid is not told where it holds a secret', async () => {
  const shown = await told(
    '<match **>\n@type elasticsearch\ncustom_headers Authorization:Bearer open,sesame-2\n</match>\n',
  );
  expect(shown).toContain('custom_headers');
  expect(shown).not.toMatch(/Bearer|sesame/);
  const include = await told('@include http://joe:open-sesame@h/fluent.conf\n');
  expect(include).toContain('only files can be included');
  expect(include).not.toContain('sesame');
});

it('a server that tells back what it got puts no secret into the log, and no command or page tells one', {
  timeout: 120_000,
}, async () => {
  let asked = 0;
  const server = http.createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    asked++;
    const [, pair = ''] = (request.headers.authorization ?? '').split(' ');
    response.writeHead(asked % 2 === 0 ? 500 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { reason: [request.headers, Buffer.from(pair, 'base64').toString()] } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const monitor = await freePort();
  const es = `127.0.0.1:${port}`;
  const all = ['u1!Kq8~zz', 'pw2%Lr9^yy', 'hd3&Ms0*xx', 'ba4(Nt1)ww', 'px5_Ou2+vv', 'ap6=Pv3~uu', 'cl7.Qw4-tt'];
  const [url, password, header, basic, bearer, key, cloud] = all.map((secret) => quoted(secret).slice(1, -1));
  const file = folder.write(
    'live.conf',
    `
<source>
  @type sample
  tag app
  rate 5
</source>
<source>
  @type monitor_agent
  bind 127.0.0.1
  port ${monitor}
</source>
<match app>
  @type copy
  ${[
    `@type elasticsearch\n hosts "joe:${url}@${es}"`,
    `@type elasticsearch\n hosts http://${es}\n user joe\n password "${password}"\n custom_headers "X-Api-Key:${header}"`,
    `@type opensearch\n host 127.0.0.1\n port ${port}\n api_key "${key}"`,
    `@type elasticsearch\n host 127.0.0.1\n port ${port}\n cloud_auth "joe:${cloud}"`,
    `@type http\n endpoint http://${es}/\n <auth>\n method basic\n username joe\n password "${basic}"\n </auth>`,
    `@type loki\n url http://${es}\n bearer_token_file ${folder.write('token', 'tk8;Ri5<ss')}`,
    `@type http\n endpoint http://${es}/\n headers {"Authorization":"Bearer ${bearer}"}`,
  ]
    .map((store) => `<store>\n ${store}\n <buffer>\n flush_interval 0.1\n retry_wait 0.1\n </buffer>\n </store>`)
    .join('\n')}
</match>
<match fluent.**>
  @type stdout
</match>
`,
  );
  const dry = sluice(['--dry-run', '-c', file]);
  const explained = sluice(['explain', '-c', file, '--tag', 'app']);
  const agent = startAgent(['-c', file, '--no-metrics', '-vv']);
  await agent.until('worker is now running');
  await expect.poll(() => asked, { timeout: 60_000 }).toBeGreaterThan(40);
  const page = await (await fetch(`http://127.0.0.1:${monitor}/api/plugins.json`)).text();
  await agent.stop();
  server.close();
  const shown = [dry.stdout, dry.stderr, explained.stdout, agent.output(), page].join('\n');
  expect(page).toContain('X-Api-Key');
  expect(agent.output()).toContain('failed to flush the buffer.');
  const told = ['tk8;Ri5<ss', ...all, ...all.map((one) => btoa(`joe:${one}`))].filter((secret) =>
    shown.includes(secret),
  );
  expect(told).toEqual([]);
});
