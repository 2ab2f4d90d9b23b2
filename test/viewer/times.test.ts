/** Documents whose time is kept in another way than the article's configuration does, in every kind of cluster. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverAvailable } from '../servers/available.ts';
import { ENGINE_VERSIONS, type EngineVersion, startElasticsearch } from '../servers/elasticsearch.ts';
import { type Backend, startBackend } from './backend.ts';
import { type Serving, sluiceView } from './command.ts';

const EMBEDDED = 'the embedded store';
const NANOS = Array.from({ length: 300 }, (_, i) => `2026-11-23T10:00:00.${123_456_000 + i}Z`);

const kinds = process.env['SLUICE_ALL_ENGINES'] === '1' ? [EMBEDDED, ...ENGINE_VERSIONS] : [EMBEDDED, '9.5.3'];

describe.each(kinds)('%s', (kind) => {
  describe.runIf(kind === EMBEDDED || serverAvailable('elasticsearch', kind as EngineVersion))(
    'holds documents',
    () => {
      let backend: Backend;
      let view: Serving;

      beforeAll(async () => {
        backend = kind === EMBEDDED ? await startBackend() : await startElasticsearch(kind as EngineVersion);
        const mappings = { properties: { '@timestamp': { type: 'date_nanos' } } };
        if (kind !== EMBEDDED) await send('PUT', '/feature_nanos', JSON.stringify({ mappings }));
        const document = (index: string, pod: string, log: string, time?: string) =>
          `{"index":{"_index":"${index}"}}\n${JSON.stringify({
            ...{ log: `${log}\n`, kubernetes: { namespace_name: 'ml', pod_name: pod, container_name: 'main' } },
            ...(time === undefined ? {} : { '@timestamp': time }),
          })}\n`;
        const body = [
          ...NANOS.map((time, i) => document('feature_nanos', 'feature-nanos-driver', `line ${i}`, time)),
          document('feature_days', 'feature-never-driver', 'line 1', '2026-11-23T10:00:00.000Z'),
          document('feature_days', 'feature-never-driver', 'without time'),
          document('feature_days', 'feature-never-driver', 'line 0', '2026-11-23T09:00:00.000Z'),
        ];
        await send('POST', '/_bulk?refresh=true', body.join(''));
        view = await sluiceView('--elasticsearch', backend.url);
      });
      afterAll(async () => {
        await view?.stop();
        await backend?.stop();
      });

      async function send(method: string, path: string, body: string): Promise<void> {
        const headers = { 'content-type': 'application/json' };
        const answer = await fetch(backend.url + path, { method, headers, body });
        expect([answer.status, ((await answer.json()) as { errors?: boolean }).errors ?? false]).toEqual([200, false]);
      }
      const lines = async (query: string) => {
        const answer = await fetch(`${view.url}/api/v1/jobs/${query}`);
        expect(answer.status).toBe(200);
        return (await answer.text()).trimEnd().split('\n');
      };

      it('of indices of nanoseconds in their order', async () => {
        const all = NANOS.map((_, i) => `line ${i}`);
        expect(await lines('feature-nanos/logs')).toEqual(all);
        expect(await lines('feature-nanos/logs?order=desc')).toEqual(all.toReversed());
        expect(await lines('feature-nanos/logs?tail=5')).toEqual(all.slice(-5));
        const entry = JSON.parse((await lines('feature-nanos/logs?format=ndjson'))[1]!) as { time: string };
        expect(NANOS).toContain(entry.time);
      });

      it.each(['asc', 'desc'])('of one millisecond, which are told apart by their ids (%s)', async (order) => {
        const texts: string[] = [];
        const ids = new Set<string>();
        for (let after = ''; ; ) {
          const found = await lines(`feature-nanos/logs?format=ndjson&order=${order}&limit=70${after}`);
          const entries = found.map((line) => JSON.parse(line) as { id?: string; text: string }).filter(({ id }) => id);
          for (const { id, text } of entries) texts.push(text) && ids.add(id!);
          if (entries.length < 70) break;
          after = `&after=${encodeURIComponent(entries.at(-1)!.id!)}`;
        }
        const all = NANOS.map((_, i) => `line ${i}`);
        expect([texts.length, ids.size, new Set(texts)]).toEqual([300, 300, new Set(all)]);
      });

      it('without time before all others', async () => {
        expect(await lines('feature-never/logs')).toEqual(['without time', 'line 0', 'line 1']);
        expect(await lines('feature-never/logs?order=desc')).toEqual(['line 1', 'line 0', 'without time']);
        expect(await lines('feature-never/logs?tail=2')).toEqual(['line 0', 'line 1']);
        expect((await lines('feature-never/stats'))[0]).toContain('"lines":3');
      });
    },
  );
});
