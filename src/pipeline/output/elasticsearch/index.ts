/**
 * `@type elasticsearch` (and `elasticsearch_dynamic`, `opensearch`): documents to `_bulk`.
 *
 * Guarantees: each item gets a verdict: done, sent again alone, or to the error stream; 413 is answered by halves; an answer that cannot be
 * read means the same bytes again. One build talks to Elasticsearch 7 to 9 and OpenSearch: plain `application/x-ndjson`, no product
 * check, `_type` only where the server is older than 8.
 */
import type { ConfigOf } from '../../../config/schema.ts';
import { PluginConfigError } from '../../core/errors.ts';
import { defineBufferedOutput, type OutputHost } from '../../plugin.ts';
import { type Signer, signerFor } from './aws-endpoint.ts';
import { checkConfig } from './checks.ts';
import { COMMON } from './common-definition.ts';
import { compileDynamic, type Dynamic } from './dynamic.ts';
import { inCommonWords, openSearchSchema } from './open-search.ts';
import { ElasticsearchOutput } from './output.ts';
import { compileRender, type RenderOptions } from './render.ts';
import { renderOptions } from './render-options.ts';
import { schema } from './schema.ts';

function create(
  config: ConfigOf<typeof schema>,
  host: OutputHost,
  hasTypes: boolean,
  signer?: Signer,
  change: (options: RenderOptions) => RenderOptions = (options) => options,
): ElasticsearchOutput {
  checkConfig(config, host);
  return new ElasticsearchOutput(config, host, {
    ...{ hasTypes, indexInUrl: false, hasChunkIds: true, signer },
    prepare: (_admin, others) => others,
    render: (tag, resolve, server) => compileRender(change(renderOptions(config, host, server, tag, resolve))),
  });
}

export const plugin = defineBufferedOutput({
  ...COMMON,
  type: 'elasticsearch',
  doc: 'Sends documents to Elasticsearch.',
  schema,
  create: (config, host) => create(config, host, true),
});

/** What the plugin's own way of writing does not look at. */
const NOT_DYNAMIC = { pipeline: undefined, targetIndexKey: undefined, targetTypeKey: undefined };

export const dynamic = defineBufferedOutput({
  ...COMMON,
  type: 'elasticsearch_dynamic',
  doc: 'Sends documents to Elasticsearch; the index may depend on each record, by Ruby in `${…}`. `pipeline`, `target_index_key` and `target_type_key` have no effect.',
  schema: {
    ...schema,
    params: {
      ...schema.params,
      delimiter: { type: 'string', default: '.', doc: 'What separates the `tag_parts` of a tag.' },
    },
  },
  create(config, host) {
    const indexOf = dynamicIndex(config);
    return create(config, host, true, undefined, (options) => ({
      ...options,
      index: indexOf(options.tag),
      ...NOT_DYNAMIC,
    }));
  },
});

/** Where the plugin evaluates Ruby, too; here these must be known before a chunk is made. */
const STATIC = [
  'host',
  'hosts',
  'logstash_dateformat',
  'time_key',
  'tag_key',
  'id_key',
  'parent_key',
  'routing_key',
] as const;

/** The index, or its prefix, of the records of a tag. @throws PluginConfigError for Ruby that is no Ruby, or stands elsewhere */
function dynamicIndex(config: ConfigOf<typeof schema> & { readonly delimiter: string }): (tag: string) => Dynamic {
  for (const name of STATIC)
    if (/\$\{.+\}/.test(config[name] ?? ''))
      throw new PluginConfigError(`'${name}': Ruby is evaluated in index_name and logstash_prefix only`);
  const { delimiter, logstash_format: isLogstash, logstash_prefix_separator: separator } = config;
  const text = isLogstash ? config.logstash_prefix + separator : config.index_name;
  return compileDynamic(text, { delimiter, params: config });
}

export const opensearch = defineBufferedOutput({
  ...COMMON,
  type: 'opensearch',
  doc: 'Sends documents to OpenSearch.',
  schema: openSearchSchema,
  create: (config, host) => create(inCommonWords(config), host, false, signerFor(config, host, 'opensearch')),
});
