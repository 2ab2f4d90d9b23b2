import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverAvailable } from '../servers/available.ts';
import { type EngineVersion, startElasticsearch } from '../servers/elasticsearch.ts';
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

const engines: [EngineVersion | 'the embedded store', number][] = [
  ['the embedded store', 8000],
  ['9.5.3', 100_000],
  ['7.4.2', 8000],
  ['opensearch-3.8.0', 8000],
];

describe.each(engines)('on %s', (version, lines) => {
  describe.runIf(version === 'the embedded store' || serverAvailable('elasticsearch', version))(
    'with real parts',
    () => {
      let server: Backend;
      let proxy: Awaited<ReturnType<typeof lossyProxy>>;
      let node: MiniNode;
      let view: Serving;
      let expected = 0;

      beforeAll(async () => {
        server = version === 'the embedded store' ? await startBackend() : await startElasticsearch(version);
        proxy = await lossyProxy(server.url);
        node = new MiniNode(proxy.url, 'feature_');
        expected = writeAll(node, lines, 0);
        await node.startAgent();
        view = await sluiceView('--elasticsearch', server.url);
        await until('all documents', async () => (await documents(server.url, 'feature_')) >= expected);
      });

      afterAll(async () => {
        await view?.stop();
        await node?.close();
        proxy?.close();
        await server?.stop();
      });

      it('API text, CLI text and the bytes of the files are the same, answers lost on the way or not', async () => {
        expect(proxy.lost()).toBeGreaterThan(0);
        expect(await documents(server.url, 'feature_')).toBe(expected);
        for (const container of everything) {
          const written = node.written.get(container.pod)!;
          const answer = await fetch(`${view.url}/api/v1/namespaces/ml/pods/${container.pod}/logs`);
          expect(await answer.text(), container.pod).toBe(written);
          const cli = await sluice('logs', '--elasticsearch', server.url, '-n', 'ml', container.pod);
          expect([cli.code, cli.out === written, /complete/.test(cli.err)], container.pod).toEqual([0, true, true]);
        }
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
        expect((await (await ask('limit=700')).text()).trimEnd().split('\n')).toEqual(written.slice(0, 700));
        expect((await (await ask('order=desc&limit=700')).text()).trimEnd().split('\n')).toEqual(
          written.slice(-700).reverse(),
        );
        const first = (await (await ask('limit=400&format=ndjson')).text())
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line));
        expect(first.pop().summary).toMatchObject({ lines: 400, complete: false, cutBy: 'limit' });
        const rest = (await (await ask(`after=${first.pop().id}`)).text()).trimEnd().split('\n');
        expect(rest).toEqual(written.slice(400));
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
