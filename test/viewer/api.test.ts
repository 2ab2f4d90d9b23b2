import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Backend, startBackend } from './backend.ts';
import { type Serving, sluice, sluiceView } from './command.ts';
import { flinkJob, store } from './documents.ts';

const FROM = Date.parse('2026-11-23T10:00:00Z');

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false | Schema;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
}
interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: { enum?: string[] } }[];
  readonly responses: { readonly 200: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> } };
}
interface Api {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, { readonly get: Operation }>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const typeOf = (value: unknown) =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;

/** What of a value does not fit a schema: the part of JSON Schema that the document uses. */
function misfits(api: Api, schema: Schema, value: unknown, at = ''): string[] {
  if (schema.$ref !== undefined)
    return misfits(api, api.components.schemas[schema.$ref.split('/').at(-1)!]!, value, at);
  if (schema.oneOf !== undefined) {
    const fitting = schema.oneOf.filter((one) => misfits(api, one, value, at).length === 0);
    return fitting.length === 1
      ? []
      : [`${at}: fits ${fitting.length} of oneOf: ${JSON.stringify(value).slice(0, 200)}`];
  }
  if (schema.type !== undefined && ![schema.type].flat().includes(typeOf(value)))
    return [`${at}: ${typeOf(value)} is not ${schema.type}`];
  if (Array.isArray(value)) return value.flatMap((item, i) => misfits(api, schema.items ?? {}, item, `${at}[${i}]`));
  if (typeOf(value) !== 'object' || schema.type !== 'object') return [];
  const found = (schema.required ?? [])
    .filter((name) => !(name in (value as object)))
    .map((name) => `${at}: ${name} is missing`);
  for (const [name, inner] of Object.entries(value as object)) {
    const known = schema.properties?.[name] ?? schema.additionalProperties;
    if (known === false) found.push(`${at}: ${name} is not described`);
    else if (known !== undefined) found.push(...misfits(api, known, inner, `${at}.${name}`));
  }
  return found;
}

describe('the API', () => {
  let backend: Backend;
  let view: Serving;
  let api: Api;

  beforeAll(async () => {
    backend = await startBackend();
    await store(backend.url, 'feature_-2026.11.23', flinkJob(FROM));
    view = await sluiceView('--elasticsearch', backend.url);
    api = (await (await fetch(`${view.url}/api/v1/openapi.json`)).json()) as Api;
  });
  afterAll(async () => {
    await view?.stop();
    await backend?.stop();
  });

  const fill = (path: string) =>
    path.replace('{id}', 'ml.feature-clicks').replace('{namespace}', 'ml').replace('{pod}', 'feature-clicks-driver');

  it('every operation of the document answers as the document says', async () => {
    expect(api.openapi).toBe('3.1.0');
    expect(Object.keys(api.paths).length).toBe(10);
    for (const [path, { get }] of Object.entries(api.paths)) {
      const stop = new AbortController();
      const answer = await fetch(view.url + fill(path), { signal: stop.signal });
      const type = answer.headers.get('content-type')!;
      expect([path, answer.status]).toEqual([path, 200]);
      expect(Object.keys(get.responses[200].content)).toContain(type);
      if (type === 'application/json')
        expect(misfits(api, get.responses[200].content[type]!.schema, await answer.json(), path)).toEqual([]);
      stop.abort();
    }
  });

  it('every line of NDJSON is a source, an entry or the summary', async () => {
    const answer = await fetch(`${view.url}/api/v1/jobs/feature-clicks/logs?format=ndjson`);
    const lines = (await answer.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.length).toBe(1113 + 4 + 1);
    for (const line of lines) expect(misfits(api, { $ref: '#/LogLine' }, line)).toEqual([]);
  });

  it('every parameter that the document does not know, or does not allow, is refused as a problem', async () => {
    const wrong = [
      '/jobs?nothing=1',
      '/jobs?limit=0',
      '/jobs?limit=x',
      '/jobs/feature-clicks/logs?format=xml',
      '/jobs/feature-clicks/logs?level=loud',
      '/jobs/feature-clicks/logs?from=yesterday',
      '/jobs/feature-clicks/logs?q=/(/',
      '/jobs/feature-clicks/logs?after=zz',
      '/jobs/feature-clicks/logs?tail=1&tail=2',
      '/jobs/feature-clicks/logs?tail=100001',
    ];
    for (const path of wrong) {
      const answer = await fetch(`${view.url}/api/v1${path}`);
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
        path,
        400,
        'application/problem+json',
      ]);
      expect(misfits(api, { $ref: '#/Problem' }, await answer.json())).toEqual([]);
    }
    for (const path of [
      '/jobs/nothing',
      '/jobs/ml.nothing/logs',
      '/namespaces/ml/pods/none/logs',
      '/jobs/feature-clicks/logs?role=king',
      '/nothing',
    ])
      expect([path, (await fetch(`${view.url}/api/v1${path}`)).status]).toEqual([path, 404]);
    expect((await fetch(`${view.url}/api/v1/jobs`, { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${view.url}/../../etc/passwd`)).status).toBe(404);
  });

  it('filters, layout and download do what they say', async () => {
    const ask = async (query: string) => await fetch(`${view.url}/api/v1/jobs/feature-clicks/logs?${query}`);
    const errors = (await (await ask('role=jobmanager&level=error')).text()).trimEnd().split('\n');
    expect([errors.length, errors[1]]).toEqual([8, expect.stringContaining('TimeoutException')]);
    expect(await (await ask('q=caused+RESET')).text()).toBe(
      'Caused by: java.io.IOException: Connection reset by peer\n',
    );
    expect(await (await ask(`q=${encodeURIComponent('/^Caused/')}`)).text()).toBe(
      'Caused by: java.io.IOException: Connection reset by peer\n',
    );
    const containers = await (await ask('layout=containers')).text();
    expect(containers.match(/^==> .* <==$/gm)).toEqual([
      '==> ml/feature-clicks-driver/driver (driver, attempt 1) <==',
      '==> ml/feature-clicks-6d4cf56db6-x7k2p/flink-main-container (jobmanager, attempt 1) <==',
      '==> ml/feature-clicks-taskmanager-1-1/flink-main-container (taskmanager, attempt 1) <==',
      '==> ml/feature-clicks-taskmanager-2-1/flink-main-container (taskmanager, attempt 2) <==',
    ]);
    const file = await ask('role=driver&download=gzip');
    expect(file.headers.get('content-disposition')).toMatch(
      /^attachment; filename="ml\.feature-clicks\.driver-.*\.log\.gz"$|feature-clicks\.driver-.*\.log\.gz"$/,
    );
    const unpacked = await new Response(file.body!.pipeThrough(new DecompressionStream('gzip'))).text();
    expect(unpacked).toBe(await (await ask('role=driver')).text());
    const some = await ask(`role=driver&from=${FROM + 1400}&to=${FROM + 4200}`);
    expect((await some.text()).trimEnd().split('\n')).toHaveLength(2);
  });

  it('a tail that begins within a trace knows the level of the line that the trace goes on with', async () => {
    const answer = await fetch(`${view.url}/api/v1/jobs/feature-clicks/logs?role=jobmanager&format=ndjson&tail=203`);
    const entries = (await answer.text())
      .trimEnd()
      .split('\n')
      .slice(1, 4)
      .map((line) => JSON.parse(line) as { text: string; level: string });
    expect(entries.map(({ text, level }) => [text.trim().slice(0, 9), level])).toEqual([
      ['Caused by', 'error'],
      ['at java.b', 'error'],
      ['... 8 mor', 'error'],
    ]);
  });

  it('statistics count levels, exceptions and errors', async () => {
    const stats = (await (await fetch(`${view.url}/api/v1/jobs/feature-clicks/stats`)).json()) as {
      levels: Record<string, number>;
      exceptions: { signature: string; count: number }[];
      firstError: { text: string };
      histogram: { counts: Record<string, number> }[];
    };
    expect(stats.exceptions.map(({ signature, count }) => [signature.slice(0, 60), count])).toContainEqual([
      'java.util.concurrent.TimeoutException: Heartbeat of TaskMana',
      1,
    ]);
    expect(stats.firstError.text).toContain('switched from RUNNING to FAILED');
    const sum = stats.histogram.flatMap(({ counts }) => Object.values(counts)).reduce((a, b) => a + b, 0);
    expect([sum, Object.values(stats.levels).reduce((a, b) => a + b, 0)]).toEqual([1113, 1113]);
  });

  it('a follower that comes back gets what it missed, no line twice', async () => {
    const url = `${view.url}/api/v1/jobs/feature-clicks/logs/stream?role=driver&tail=5`;
    const read = async (count: number, lastEventId?: string) => {
      const stop = new AbortController();
      const answer = await fetch(url, {
        signal: stop.signal,
        headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
      });
      let text = '';
      for await (const part of answer.body!) {
        text += Buffer.from(part).toString('utf8');
        if ((text.match(/^event: entry$/gm)?.length ?? 0) >= count) break;
      }
      stop.abort();
      return {
        ids: text.match(/(?<=^id: ).*$/gm)!,
        texts: [...text.matchAll(/^data: (\{"id".*)$/gm)].map((m) => (JSON.parse(m[1]!) as { text: string }).text),
      };
    };
    const first = await read(5);
    expect(first.texts.at(-1)).toBe('ValueError: window of 0 seconds');
    const again = await read(3, first.ids[1]);
    expect(again.texts).toEqual(first.texts.slice(2));
    const line = {
      pod: 'feature-clicks-driver',
      container: 'driver',
      from: FROM + 900_000,
      step: 1,
      lines: ['one more'],
    };
    await store(backend.url, 'feature_-2026.11.23', [line]);
    expect((await read(1, again.ids.at(-1))).texts).toEqual(['one more']);
  });

  it('the command line gives the same text, directly and through the viewer, and says by its exit code what happened', async () => {
    const text = await (await fetch(`${view.url}/api/v1/jobs/ml.feature-clicks/logs?role=taskmanager`)).text();
    const run = async (where: string[]) => {
      const whole = await sluice('logs', ...where, 'ml.feature-clicks', '--role', 'taskmanager');
      expect([whole.code, whole.out === text]).toEqual([0, true]);
      const codes = [
        ['nothing'],
        ['feature-clicks', '--grep', 'no such words'],
        ['feature-clicks', '--level', 'loud'],
        [],
      ].map(async (args) => (await sluice('logs', ...where, ...args)).code);
      expect(await Promise.all(codes)).toEqual([3, 4, 2, 2]);
      expect((await sluice('jobs', ...where)).out).toContain('ml.feature-clicks');
    };
    await Promise.all([run(['--elasticsearch', backend.url]), run(['--server', view.url])]);
    expect((await sluice('logs', '--elasticsearch', 'http://127.0.0.1:1', 'x')).code).toBe(1);
  });

  it('the command line takes out what steers a terminal, wherever its output goes, unless it is asked not to', async () => {
    const run = async (...args: string[]) =>
      (await sluice('logs', '--server', view.url, 'feature-clicks', '--role', 'driver', '-q', ...args)).out.split(
        '\n',
      )[0]!;
    const raw = '\x1b[36mINFO\x1b[0m  submitting \x1b[1mfeature-clicks\x1b[0m to the cluster';
    const all = await Promise.all([run(), run('--raw'), run('-o', 'json', '--grep', 'submitting')]);
    expect(all.slice(0, 2)).toEqual(['INFO  submitting feature-clicks to the cluster', raw]);
    expect(all[2]).not.toContain('\x1b');
  });

  it('a prefix narrows what is read, within the prefixes of the viewer only', async () => {
    const pod = { pod: 'feature-team-driver', container: 'driver', from: FROM, step: 1, lines: ['of the team'] };
    await store(backend.url, 'feature_team-2026.11.23', [pod]);
    const names = async (query: string) => {
      const answer = await fetch(`${view.url}/api/v1/jobs?prefix=${query}`);
      return ((await answer.json()) as { jobs: { name: string }[] }).jobs.map(({ name }) => name);
    };
    expect(await names('feature_team')).toEqual(['feature-team']);
    expect(await names('feature_-')).toEqual(['feature-clicks']);
    expect((await names('feature_-,feature_team')).sort()).toEqual(['feature-clicks', 'feature-team']);
    for (const wrong of ['other', '*', 'feature_*,-feature_team', '.kibana', 'feature_-,*', 'feature_,'])
      expect([wrong, (await fetch(`${view.url}/api/v1/jobs/x/logs?prefix=${wrong}`)).status]).toEqual([wrong, 400]);
    expect((await sluice('jobs', '--server', view.url, '--prefix', 'feature_team')).out).not.toContain('clicks');
    const text = await fetch(`${view.url}/api/v1/jobs/feature-team/logs?prefix=feature_-`);
    expect(text.status).toBe(404);
  });

  it('the command line says by exit code 2 what it does not take', async () => {
    const wrong = [
      ['jobs', '-o', 'xml'],
      ['jobs', '--since', 'yesterday'],
      ['logs', 'x', '-o', 'xml'],
      ['logs', 'x', '-f', '--until', '1h'],
      ['logs', 'x', 'y'],
      ['logs', 'feature-clicks', '--tail', 'many'],
      ['logs', '--wrong', 'x'],
    ];
    const codes = wrong.map(async (args) => (await sluice(...args, '--server', view.url)).code);
    expect(await Promise.all(codes)).toEqual(wrong.map(() => 2));
  });
});
