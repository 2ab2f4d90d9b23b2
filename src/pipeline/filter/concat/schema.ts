/** Parameters of concat, what may stand together, and which mode they choose. */
import type { ConfigOf, SectionSpec } from '../../../config/schema.ts';
import { PluginConfigError } from '../../core/errors.ts';

export const schema = {
  doc: 'Concat filter. One of n_lines, multiline_*_regexp, partial_key, use_partial_metadata and use_partial_cri_logtag says which lines belong together.',
  params: {
    key: { type: 'string', required: true, doc: 'Field whose parts are joined.' },
    separator: { type: 'string', default: '\n', doc: 'Between the parts.' },
    n_lines: { type: 'integer', doc: 'Join this many records.' },
    multiline_start_regexp: { type: 'string', doc: 'Regexp of a first line, as `/…/`.' },
    multiline_end_regexp: { type: 'string', doc: 'Regexp of a last line, as `/…/`.' },
    continuous_line_regexp: { type: 'string', doc: 'Regexp of a line in between, as `/…/`.' },
    stream_identity_key: { type: 'string', doc: 'Field that tells streams of one tag apart.' },
    flush_interval: { type: 'time', default: '60', doc: 'How long parts wait for more; 0: for ever.' },
    timeout_label: {
      type: 'string',
      doc: 'Label for what the interval or the end cut short; without it the error stream.',
    },
    use_first_timestamp: { type: 'bool', default: 'false', doc: 'Take the time of the first part, not of the last.' },
    partial_key: { type: 'string', doc: 'Field that marks parts.' },
    partial_value: { type: 'string', doc: 'Its value in every part but the last.' },
    keep_partial_key: { type: 'bool', default: 'false', doc: 'Leave the mark in the joined record.' },
    use_partial_metadata: { type: 'bool', default: 'false', doc: 'Join by the metadata of Docker’s log drivers.' },
    partial_metadata_format: {
      type: 'enum',
      values: ['docker-fluentd', 'docker-journald', 'docker-journald-lowercase'],
      default: 'docker-fluentd',
      doc: 'Which log driver.',
    },
    keep_partial_metadata: { type: 'bool', default: 'false', doc: 'Leave the metadata in the joined record.' },
    use_partial_cri_logtag: { type: 'bool', default: 'false', doc: 'Join by the P and F of CRI lines.' },
    partial_cri_logtag_key: { type: 'string', doc: 'Field with the P or F.' },
    partial_cri_stream_key: { type: 'string', default: 'stream', doc: 'Field with the stream; removed.' },
    buffer_limit_size: { type: 'size', default: '512000', doc: 'With partial_key: most bytes that are kept.' },
    buffer_overflow_method: {
      type: 'enum',
      values: ['ignore', 'truncate', 'drop', 'new'],
      default: 'ignore',
      doc: 'What happens beyond that: join on, end the record here, forget it, or begin a new one.',
    },
  },
} as const satisfies SectionSpec;

export type ConcatConfig = ConfigOf<typeof schema>;
export type Mode = 'line' | 'partial' | 'metadata' | 'cri' | 'regexp';

/** @throws PluginConfigError */
export function modeOf(config: ConcatConfig): Mode {
  const regexp = config.multiline_start_regexp !== undefined || config.multiline_end_regexp !== undefined;
  const ways: [string, boolean, Mode][] = [
    ['n_lines', config.n_lines !== undefined, 'line'],
    ['multiline_start_regexp/multiline_end_regexp', regexp, 'regexp'],
    ['partial_key', config.partial_key !== undefined, 'partial'],
    ['use_partial_metadata', config.use_partial_metadata, 'metadata'],
    ['use_partial_cri_logtag', config.use_partial_cri_logtag, 'cri'],
  ];
  const chosen = ways.filter(([, on]) => on);
  if (chosen.length === 0) {
    throw new PluginConfigError(
      'Either n_lines, multiline_start_regexp, multiline_end_regexp, partial_key, use_partial_metadata or use_partial_cri_logtag is required',
    );
  }
  const [first, second] = chosen;
  // These two may stand together; then the metadata count.
  const both = chosen.length === 2 && first![2] === 'metadata' && second![2] === 'cri';
  if (second !== undefined && !both) throw new PluginConfigError(`${first![0]} and ${second[0]} are exclusive`);
  if (config.partial_key !== undefined && config.partial_value === undefined)
    throw new PluginConfigError('partial_value is required when partial_key is specified');
  return first![2];
}

export interface MetadataFields {
  readonly message: string;
  readonly id: string;
  readonly ordinal: string;
  readonly last: string;
  /** Its presence tells that a record is a part. */
  readonly indicator: string;
}

export function metadataFields(format: ConcatConfig['partial_metadata_format']): MetadataFields {
  const prefix =
    format === 'docker-fluentd' ? 'partial' : format === 'docker-journald' ? 'CONTAINER_PARTIAL' : 'container_partial';
  const upper = format === 'docker-journald';
  const name = (part: string) => `${prefix}_${upper ? part.toUpperCase() : part}`;
  const fields = { message: name('message'), id: name('id'), ordinal: name('ordinal'), last: name('last') };
  // The journald driver leaves the message mark out of the last part.
  return { ...fields, indicator: format === 'docker-fluentd' ? fields.message : fields.id };
}
