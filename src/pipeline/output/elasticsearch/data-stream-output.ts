/** `@type elasticsearch_data_stream` and `opensearch_data_stream`: documents of a data stream, which is made where it is not there. */
import type { ConfigOf, SectionSpec } from '../../../config/schema.ts';
import { defineBufferedOutput, type OutputHost } from '../../plugin.ts';
import { signerFor } from './aws-endpoint.ts';
import { checkConfig } from './checks.ts';
import { COMMON } from './common-definition.ts';
import { DataStreams, elasticsearchTemplate, openSearchTemplate, policyOf } from './data-stream.ts';
import { dataStreamParams, lifecycleParams } from './data-stream-params.ts';
import { compileDataStreamRender } from './data-stream-render.ts';
import { inCommonWords, openSearchSchema } from './open-search.ts';
import { ElasticsearchOutput, type OutputKind } from './output.ts';
import { removeKeys, timestampOptions } from './render-options.ts';
import { schema } from './schema.ts';
import { readTemplate } from './templates.ts';
import { compileTimestamp } from './timestamp.ts';

const elasticsearchSchema = {
  doc: 'Elasticsearch data stream output.',
  params: { ...schema.params, ...dataStreamParams, ...lifecycleParams },
  sections: schema.sections,
} as const satisfies SectionSpec;

const openSearchStreamSchema = {
  doc: 'OpenSearch data stream output.',
  params: { ...openSearchSchema.params, ...dataStreamParams },
  sections: openSearchSchema.sections,
} as const satisfies SectionSpec;

type ElasticsearchConfig = ConfigOf<typeof elasticsearchSchema>;
type OpenSearchConfig = ConfigOf<typeof openSearchStreamSchema>;

export const plugin = defineBufferedOutput({
  ...COMMON,
  type: 'elasticsearch_data_stream',
  doc: 'Sends documents to a data stream of Elasticsearch.',
  schema: elasticsearchSchema,
  create(config, host) {
    checkConfig(config, host);
    return new ElasticsearchOutput({ ...config, write_operation: 'create' }, host, elasticsearchKind(config, host));
  },
});

export const opensearch = defineBufferedOutput({
  ...COMMON,
  type: 'opensearch_data_stream',
  doc: 'Sends documents to a data stream of OpenSearch.',
  schema: openSearchStreamSchema,
  create(config, host) {
    const common = inCommonWords(config);
    checkConfig(common, host);
    return new ElasticsearchOutput({ ...common, write_operation: 'create' }, host, openSearchKind(config, host));
  },
});

function elasticsearchKind(c: ElasticsearchConfig, host: OutputHost): OutputKind {
  const policy = policyOf(c.data_stream_ilm_policy);
  return {
    hasTypes: false,
    indexInUrl: true,
    hasChunkIds: false,
    prepare: (admin, others) =>
      new DataStreams(
        {
          name: c.data_stream_name,
          template: c.data_stream_template_name ?? `${c.data_stream_name}_template`,
          lifecycle: {
            name: c.data_stream_ilm_name ?? `${c.data_stream_name}_policy`,
            policy,
            overwrite: c.data_stream_ilm_policy_overwrite,
          },
          body: elasticsearchTemplate(c.data_stream_template_use_index_patterns_wildcard),
          isPerChunk: host.isSubstituted(c.data_stream_name),
          isCreated: true,
          admin,
          log: host.log,
        },
        others,
      ),
    render: (tag, resolve) =>
      compileDataStreamRender({ ...renderOptions(c, tag, resolve(c.data_stream_name)), timestamp: undefined }),
  };
}

function openSearchKind(c: OpenSearchConfig, host: OutputHost): OutputKind {
  const { template_file: file } = c;
  return {
    hasTypes: false,
    indexInUrl: true,
    hasChunkIds: false,
    signer: signerFor(c, host, 'opensearch_data_stream'),
    prepare: (admin, others) =>
      new DataStreams(
        {
          name: c.data_stream_name,
          template: c.data_stream_template_name ?? `${c.data_stream_name}_template`,
          lifecycle: undefined,
          body: file === undefined ? openSearchTemplate : () => readTemplate(host.ports.fs, file, customized(c)),
          isPerChunk: host.isSubstituted(c.data_stream_name),
          isCreated: false,
          admin,
          log: host.log,
        },
        others,
      ),
    render: (tag, resolve) =>
      compileDataStreamRender({
        ...renderOptions(c, tag, resolve(c.data_stream_name).toLowerCase()),
        timestamp: compileTimestamp({ ...timestampOptions(c, host, tag), exclude: false, rewrite: true }),
      }),
  };
}

function customized(c: OpenSearchConfig): Record<string, string> {
  return Object.fromEntries(Object.entries(c.customize_template ?? {}).map(([key, value]) => [key, String(value)]));
}

function renderOptions(c: ElasticsearchConfig | OpenSearchConfig, tag: string, stream: string) {
  return {
    ...{ tag, stream },
    tagKey: c.include_tag_key ? c.tag_key : undefined,
    idKey: c.id_key,
    removeKeys: removeKeys(c),
    stableIds: c.stable_ids,
    storeOrder: c.store_order,
    precision: c.time_precision,
  };
}
