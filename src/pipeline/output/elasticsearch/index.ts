/**
 * `@type elasticsearch` (and `elasticsearch_dynamic`, `opensearch`): documents to `_bulk`.
 *
 * Guarantees: each item gets a verdict: done, sent again alone, or to the error stream; 413 is answered by halves; an answer that cannot be
 * read means the same bytes again. One build talks to Elasticsearch 7 to 9 and OpenSearch: plain `application/x-ndjson`, no product
 * check, `_type` only where the server is older than 8.
 */
import type { ConfigOf } from '../../../config/schema.ts';
import { defineBufferedOutput, type OutputHost } from '../../plugin.ts';
import { checkConfig } from './checks.ts';
import { inCommonWords, openSearchSchema } from './open-search.ts';
import { ElasticsearchOutput } from './output.ts';
import { compileRender } from './render.ts';
import { renderOptions } from './render-options.ts';
import { schema } from './schema.ts';

/** Of the plugin: time slices are in UTC. */
const BUFFER_DEFAULTS = { $arg: 'tag', timekey_use_utc: 'true' };

function create(config: ConfigOf<typeof schema>, host: OutputHost, hasTypes: boolean): ElasticsearchOutput {
  checkConfig(config, host);
  return new ElasticsearchOutput(config, host, {
    ...{ hasTypes, indexInUrl: false, hasChunkIds: true },
    prepare: (_admin, others) => others,
    render: (tag, resolve, server) => compileRender(renderOptions(config, host, server, tag, resolve)),
  });
}

function definition(type: string) {
  return defineBufferedOutput({
    kind: 'output',
    type,
    buffering: 'always',
    bufferDefaults: BUFFER_DEFAULTS,
    doc: 'Sends documents to Elasticsearch.',
    schema,
    create: (config, host) => create(config, host, true),
  });
}

export const plugin = definition('elasticsearch');
export const dynamic = definition('elasticsearch_dynamic');

export const opensearch = defineBufferedOutput({
  kind: 'output',
  type: 'opensearch',
  buffering: 'always',
  bufferDefaults: BUFFER_DEFAULTS,
  doc: 'Sends documents to OpenSearch.',
  schema: openSearchSchema,
  create: (config, host) => create(inCommonWords(config), host, false),
});
