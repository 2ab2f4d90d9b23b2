/** `npm test` ships some thousand lines; `npm run e2e` sets SLUICE_E2E_LINES to 100 000 and runs older engines too. */
import { describe, expect, it } from 'vitest';
import { serverAvailable } from '../servers/available.ts';
import type { EngineVersion } from '../servers/elasticsearch.ts';
import type { LogFormat } from './containers.ts';
import { runPipeline } from './pipeline.ts';
import { verifyPipeline } from './verify.ts';

const lines = Number(process.env.SLUICE_E2E_LINES ?? 6000);
const all = process.env.SLUICE_ALL_ENGINES === '1';
const cases: [EngineVersion, LogFormat][] = [
  ['9.5.3', 'docker'],
  ['9.5.3', 'cri'],
  ...(all
    ? ([
        ['7.4.2', 'docker'],
        ['opensearch-3.8.0', 'cri'],
      ] as [EngineVersion, LogFormat][])
    : []),
];

for (const [engine, format] of cases) {
  describe.runIf(serverAvailable('kube') && serverAvailable('elasticsearch', engine))(
    `${engine}, ${format} lines`,
    () => {
      it('every line is indexed exactly once with the fields of Fluentd, through rotation, restart and outage', async () => {
        const say = (text: string) => console.log(`[${engine} ${format}] ${text}`);
        let result = await runPipeline({ engine, format, lines, say });
        if (result.timeouts > 0) {
          // Such a request is sent again and may be indexed twice, in Fluentd as here: nothing could be told of the rest.
          say(
            `${result.timeouts} requests took longer than 5 s on this busy machine: again with a request_timeout of 60 s`,
          );
          result = await runPipeline({ engine, format, lines, say, requestTimeout: 60 });
        }
        expect(result.shipped.reduce((sum, { written }) => sum + written.length, 0)).toBeGreaterThanOrEqual(lines);
        verifyPipeline(result, format);
      }, 1_200_000);
    },
  );
}
