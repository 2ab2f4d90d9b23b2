/**
 * `@type elasticsearch` (and `elasticsearch_dynamic`, `opensearch`): documents to `_bulk`.
 *
 * Guarantees: each item gets a verdict: done, sent again alone, or to the error stream; 413 is answered by halves; an answer that cannot be
 * read means the same bytes again. One build talks to Elasticsearch 7 to 9 and OpenSearch: plain `application/x-ndjson`, no product
 * check, `_type` only where the server is older than 8.
 */
import { defineBufferedOutput } from '../../plugin.ts';
import { checkConfig } from './checks.ts';
import { ElasticsearchOutput } from './output.ts';
import { schema } from './schema.ts';

function definition(type: string) {
  return defineBufferedOutput({
    kind: 'output',
    type,
    buffering: 'always',
    bufferDefaults: { $arg: 'tag', timekey_use_utc: 'true' },
    doc: 'Sends documents to Elasticsearch or OpenSearch.',
    schema,
    create(config, host) {
      checkConfig(config, host);
      return new ElasticsearchOutput(config, host, type === 'opensearch');
    },
  });
}

export const plugin = definition('elasticsearch');
export const dynamic = definition('elasticsearch_dynamic');
export const opensearch = definition('opensearch');
