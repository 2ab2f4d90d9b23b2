/**
 * API text = command line's text = the bytes of the files, for each container; merged in the order of time; followed over a rotation and a restart.
 * `npm test` writes some thousand lines for three kinds of clusters, `npm run e2e` (SLUICE_E2E_LINES, SLUICE_ALL_ENGINES) 100 000 for all versions.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverAvailable } from '../servers/available.ts';
import { ENGINE_VERSIONS, type EngineVersion, startElasticsearch } from '../servers/elasticsearch.ts';
import { type Backend, startBackend } from './backend.ts';
import { type Serving, sluice, sluiceView } from './command.ts';
import { type Container, documents, lossyProxy, MiniNode, until } from './node.ts';

const driver: Container = { pod: 'feature-words-driver', container: 'driver', runtime: 'docker' };
const jobManager: Container = { pod: 'feature-words-6d4cf56db6-x7k2p', container: 'main', runtime: 'docker' };
const tasks: Container[] = ['1-1', '2-1'].map((n) => ({
  pod: `feature-words-taskmanager-${n}`,
  container: 'main',
  runtime: 'cri',
}));
const everything = [driver, jobManager, ...tasks];

/** For 100 000 lines on a machine that does other things too. */
const MINUTES = 10;
const SECOND = Math.floor(Date.now() / 1000) - 3600;
const HOSTILE = [
  'ümläut 日本語 🎉',
  '\x1b[31mred\x1b[0m \x1b]0;title\x07',
  '<script>alert(1)</script>',
  '\u202egnp.exe',
  '',
  '  indented',
  '{"log":"x","kubernetes":{"pod_name":"forged"}}',
  'x'.repeat(70_000),
  'tab\tand\rreturn',
];

/** Lines of all containers, among them many of one identical timestamp and hostile ones; the first of each is whole. */
function writeAll(node: MiniNode, lines: number, round: number): number {
  let count = 0;
  const write = (container: Container, text: string, second: number, nanos: number) => {
    node.write(container, text, second, nanos);
    count += text
      .split('\n')
      .slice(0, -1)
      .reduce((n, line) => n + Math.max(1, Math.ceil(line.length / 16_384)), 0);
  };
  const base = SECOND + round * 100;
  const same = Array.from({ length: Math.floor(lines / 10) }, (_, i) => `same millisecond ${round} ${i}\n`).join('');
  write(driver, same, base, 123_456_789);
  for (const [i, line] of HOSTILE.entries())
    for (const container of everything) write(container, `${line}\n`, base + 1, i * 1000);
  const rest = Math.floor((lines - lines / 10) / everything.length);
  for (const [c, container] of everything.entries()) {
    for (let from = 0; from < rest; from += 500) {
      const text = Array.from(
        { length: Math.min(500, rest - from) },
        (_, i) => `${round} INFO line ${from + i} of ${container.pod}\n`,
      );
      write(container, text.join(''), base + 2 + Math.floor(from / 500), c * 7);
    }
  }
  return count;
}

const LINES = Number(process.env['SLUICE_E2E_LINES'] ?? 4000);
const EMBEDDED = 'the embedded store';
/** Without points in time the embedded store is read by scroll, as older versions are. */
const SCROLLED = 'the embedded store without points in time';
type Kind = EngineVersion | typeof EMBEDDED | typeof SCROLLED;
const QUICK: Kind[] = [EMBEDDED, SCROLLED, '9.5.3', 'opensearch-3.8.0'];
const kinds: readonly Kind[] =
  process.env['SLUICE_ALL_ENGINES'] === '1' ? [...new Set([...QUICK, ...ENGINE_VERSIONS])] : QUICK;
const isEmbedded = (kind: Kind) => kind === EMBEDDED || kind === SCROLLED;

describe.each(kinds)('%s', (kind) => {
  describe.runIf(isEmbedded(kind) || serverAvailable('elasticsearch', kind as EngineVersion))(
    'with real parts',
    { timeout: MINUTES * 60_000 },
    () => {
      let server: Backend;
      let proxy: Awaited<ReturnType<typeof lossyProxy>>;
      let node: MiniNode;
      let view: Serving;
      let expected = 0;
      let address: string;

      beforeAll(async () => {
        server = isEmbedded(kind) ? await startBackend() : await startElasticsearch(kind as EngineVersion);
        proxy = await lossyProxy(server.url, kind === SCROLLED);
        node = new MiniNode(proxy.url, 'feature_');
        expected = writeAll(node, LINES, 0);
        await node.startAgent();
        address = kind === SCROLLED ? proxy.url : server.url;
        view = await sluiceView('--elasticsearch', address);
        await until(
          'all documents',
          async () => (await documents(server.url, 'feature_')) >= expected,
          MINUTES * 60_000,
        );
      }, MINUTES * 60_000);

      afterAll(async () => {
        await view?.stop();
        await node?.close();
        proxy?.close();
        await server?.stop();
      });

      it('API text, CLI text and the bytes of the files are the same, answers lost on the way or not', async () => {
        expect(proxy.lost()).toBeGreaterThan(0);
        expect(await documents(server.url, 'feature_')).toBe(expected);
        const compare = async ({ pod }: Container) => {
          const written = node.written.get(pod)!;
          const api = await (await fetch(`${view.url}/api/v1/namespaces/ml/pods/${pod}/logs`)).text();
          const cli = await sluice('logs', '--raw', '--elasticsearch', address, '-n', 'ml', pod);
          const isComplete = /complete/.test(cli.err);
          expect([pod, api === written, cli.code, cli.out === written, isComplete]).toEqual([pod, true, 0, true, true]);
        };
        await Promise.all(everything.map(compare));
      });

      it('the job has all containers with their roles and attempts', async () => {
        const job = (await (await fetch(`${view.url}/api/v1/jobs/ml.feature-words`)).json()) as {
          lines: number;
          containers: { pod: string; role: string; attempt: number }[];
        };
        expect(job.lines).toBe(expected);
        expect(job.containers.map((c) => [c.pod, c.role, c.attempt]).sort()).toEqual([
          [jobManager.pod, 'jobmanager', 1],
          [driver.pod, 'driver', 1],
          [tasks[0]!.pod, 'taskmanager', 1],
          [tasks[1]!.pod, 'taskmanager', 2],
        ]);
      });

      it('the merged lines are in the order of their times and hold each container’s lines in its own order', async () => {
        const answer = await fetch(`${view.url}/api/v1/jobs/feature-words/logs?format=ndjson`);
        const lines = (await answer.text())
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as Record<string, unknown>);
        const summary = lines.pop()!['summary'];
        const pods: string[] = [];
        const texts = new Map<string, string>();
        let last = '';
        for (const line of lines) {
          if (typeof line['source'] === 'object') {
            const { index, pod } = line['source'] as { index: number; pod: string };
            pods[index] = pod;
            continue;
          }
          expect(String(line['time']) >= last).toBe(true);
          last = String(line['time']);
          const pod = pods[line['source'] as number]!;
          texts.set(pod, `${texts.get(pod) ?? ''}${line['text'] as string}${line['partial'] === true ? '' : '\n'}`);
        }
        for (const container of everything)
          expect(texts.get(container.pod) === node.written.get(container.pod)).toBe(true);
        expect(summary).toMatchObject({
          lines: expected,
          containers: 4,
          complete: true,
          cutBy: null,
          order: 'exact',
          duplicates: 0,
          failedShards: 0,
        });
      });

      it('tail, limit, order and after cut where they say, and say so', async () => {
        const written = node.written.get(driver.pod)!.trimEnd().split('\n');
        const ask = async (query: string) =>
          await fetch(`${view.url}/api/v1/namespaces/ml/pods/${driver.pod}/logs?${query}`);
        expect((await (await ask('tail=3')).text()).trimEnd().split('\n')).toEqual(written.slice(-3));
        expect((await (await ask('limit=350')).text()).trimEnd().split('\n')).toEqual(written.slice(0, 350));
        expect((await (await ask('order=desc&limit=350')).text()).trimEnd().split('\n')).toEqual(
          written.slice(-350).reverse(),
        );
        const first = (await (await ask('limit=300&format=ndjson')).text())
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line));
        expect(first.pop().summary).toMatchObject({ lines: 300, complete: false, cutBy: 'limit' });
        const rest = (await (await ask(`after=${first.pop().id}`)).text()).trimEnd().split('\n');
        expect(rest).toEqual(written.slice(300));
      });

      it('following goes over a rotation and an agent restart without gap or repeat', async () => {
        const stop = new AbortController();
        const answer = await fetch(`${view.url}/api/v1/jobs/feature-words/logs/stream?tail=0`, { signal: stop.signal });
        const got = new Map<string, string>();
        const reading = readEvents(answer, got).catch(() => undefined);
        const before = new Map(everything.map(({ pod }) => [pod, node.written.get(pod)!.length]));
        const say = (round: string) => {
          for (const [i, container] of everything.entries()) {
            const text = Array.from({ length: 200 }, (_, n) => `${round} followed ${n} of ${container.pod}\n`).join('');
            node.write(container, text, SECOND + 1000 + round.length, i);
          }
        };
        say('a');
        const has = () => everything.every(({ pod }) => got.get(pod) === node.written.get(pod)!.slice(before.get(pod)));
        await until('the first lines', has);
        for (const container of everything) node.rotate(container);
        say('bb');
        await until('lines behind the rotation', has);
        await node.stopAgent();
        say('ccc');
        await node.startAgent();
        say('dddd');
        await until('lines behind the restart', has);
        stop.abort();
        await reading;
      });
    },
  );
});

async function readEvents(answer: Response, got: Map<string, string>): Promise<void> {
  const pods: string[] = [];
  let rest = '';
  const decoder = new TextDecoder();
  for await (const part of answer.body!) {
    const lines = (rest + decoder.decode(part, { stream: true })).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      if (!line.startsWith('data: ')) continue;
      const { source, text } = JSON.parse(line.slice(6)) as { source?: unknown; text?: string };
      if (typeof source === 'object') {
        const { index, pod } = source as { index: number; pod: string };
        pods[index] = pod;
      } else if (text !== undefined) {
        const pod = pods[source as number]!;
        got.set(pod, `${got.get(pod) ?? ''}${text}\n`);
      }
    }
  }
}
