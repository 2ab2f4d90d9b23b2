/**
 * What the elasticsearch output promises, on real Elasticsearch and OpenSearch: every record is in the index exactly once, or it was refused and
 * is in the error stream, whatever the cluster answers on the way. `npm test` asks three engines, `npm run e2e` all six.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import { QUICK_ENGINES, serverAvailable } from '../servers/available.ts';
import {
  type ElasticsearchServer,
  ENGINE_VERSIONS,
  type EngineVersion,
  startElasticsearch,
} from '../servers/elasticsearch.ts';
import { documentTests } from './documents.ts';
import { Door } from './door.ts';
import { preparationTests } from './preparations.ts';
import { pressureTests } from './pressure.ts';
import { refusalTests } from './refusals.ts';
import { restartTests } from './restart.ts';
import { ask, type Shipping, shipping } from './shipping.ts';

/** What the tests of one engine share. */
export interface Bench {
  readonly version: EngineVersion;
  readonly node: () => ElasticsearchServer;
  readonly door: () => Door;
  readonly url: () => string;
  /** The output with its buffer, ended after the test. */
  readonly output: (params: string, buffer?: string, type?: string) => Promise<Shipping>;
}

/** One writing thread with a queue of one, and small requests: overload is a matter of a few documents. */
const SMALL = {
  'http.max_content_length': '50kb',
  'thread_pool.write.size': '1',
  'thread_pool.write.queue_size': '1',
};

for (const version of process.env.SLUICE_ALL_ENGINES === '1' ? ENGINE_VERSIONS : QUICK_ENGINES) {
  describe.runIf(serverAvailable('elasticsearch', version))(`the elasticsearch output on ${version}`, () => {
    let node: ElasticsearchServer;
    let door: Door;
    const running: Shipping[] = [];

    beforeAll(async () => {
      node = await startElasticsearch(version, { settings: SMALL });
      door = await Door.open(node.port);
      // A cluster that was started a moment ago takes seconds for its first index.
      await ask(node.url, 'PUT', '/warm-up');
    });
    beforeEach(() => door.clear());
    afterEach(async () => {
      for (const one of running.splice(0)) await one.rig.stop();
    });
    afterAll(async () => {
      await door?.close();
      await node?.stop();
    });

    const bench: Bench = {
      version,
      node: () => node,
      door: () => door,
      url: () => node.url,
      async output(params, buffer, type) {
        const one = await shipping(door.port, params, buffer, type);
        running.push(one);
        return one;
      },
    };
    documentTests(bench);
    preparationTests(bench);
    refusalTests(bench);
    pressureTests(bench);
    restartTests(bench);
  });
}
