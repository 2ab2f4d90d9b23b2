/** Parameters of `@type tail`: all of Fluentd's. */
import type { SectionSpec } from '../../../config/schema.ts';

export const groupSchema = {
  doc: 'Limits per group of files.',
  params: {
    pattern: {
      type: 'regexp',
      default:
        '/^\\/var\\/log\\/containers\\/(?<podname>[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\/[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)_(?<namespace>[^_]+)_(?<container>.+)-(?<docker_id>[a-z0-9]{6})[a-z0-9]{58}\\.log$/',
      doc: 'Named groups of it, matched with the path, tell which group a file belongs to.',
    },
    rate_period: { type: 'time', default: '60', doc: 'Seconds for which the limits count.' },
  },
  sections: {
    rule: {
      doc: 'A limit for the groups that fit.',
      multi: true,
      required: true,
      params: {
        match: { type: 'hash', default: '{}', doc: 'Group name → value, or /regexp/ for it.' },
        limit: { type: 'integer', default: '-1', doc: 'Lines per rate_period; -1 for no limit.' },
      },
    },
  },
} as const satisfies SectionSpec;

export const schema = {
  doc: 'Tail input.',
  params: {
    path: { type: 'string', required: true, doc: 'Files to follow: comma-separated, globs, strftime.' },
    path_timezone: { type: 'string', doc: 'Zone of the strftime in path.' },
    path_delimiter: { type: 'string', default: ',', doc: 'Between the paths.' },
    glob_policy: {
      type: 'enum',
      values: ['backward_compatible', 'extended', 'always'],
      default: 'backward_compatible',
      doc: 'What makes a glob of a path: `*`; also `?` and `[…]`; also `{a,b}`, with another path_delimiter.',
    },
    exclude_path: { type: 'array', default: '', doc: 'Globs of files to leave out.' },
    tag: { type: 'string', required: true, doc: 'Tag of the events; `*` is the path with dots.' },
    pos_file: { type: 'string', doc: 'Where positions are kept.' },
    pos_file_compaction_interval: { type: 'time', doc: 'Seconds between compactions of pos_file.' },
    read_from_head: { type: 'bool', default: 'false', doc: 'Read files that exist at start from their beginning.' },
    refresh_interval: { type: 'time', default: '60', doc: 'Seconds between reconciliations of the list of files.' },
    rotate_wait: { type: 'time', default: '5', doc: 'Seconds a rotated file is followed after its end was reached.' },
    follow_inodes: { type: 'bool', default: 'false', doc: 'Follow files by inode.' },
    enable_watch_timer: { type: 'bool', default: 'true', doc: 'Look for new lines by timer.' },
    enable_stat_watcher: { type: 'bool', default: 'true', doc: 'Look for new lines by file events.' },
    read_lines_limit: {
      type: 'integer',
      default: '1000',
      doc: 'Lines that Fluentd emits at once; here what was read of a file at once is.',
      fluentd: 'ignored',
    },
    held_deleted_limit: {
      type: 'size',
      doc: 'Unread bytes of deleted files that are held open; what is beyond is left and counted.',
      fluentd: 'ours',
    },
    read_bytes_limit_per_second: { type: 'size', default: '-1', doc: 'Bytes per second and file; -1 for no limit.' },
    multiline_flush_interval: { type: 'time', doc: 'Seconds after which an unfinished multi-line record is emitted.' },
    path_key: { type: 'string', doc: 'Field that takes the path.' },
    encoding: { type: 'string', doc: 'Encoding of the records.' },
    from_encoding: { type: 'string', doc: 'Encoding of the files.' },
    emit_unmatched_lines: {
      type: 'bool',
      default: 'false',
      doc: 'Emit lines the parser does not know as `unmatched_line`.',
    },
    max_line_size: { type: 'size', doc: 'Longer lines are left out.' },
    limit_recently_modified: { type: 'time', doc: 'Only files modified within this many seconds.' },
    skip_refresh_on_startup: { type: 'bool', default: 'false', doc: 'No list of files at start.' },
    open_on_every_update: { type: 'bool', default: 'false', doc: 'Open files for each read.', fluentd: 'ignored' },
    ignore_repeated_permission_error: { type: 'bool', default: 'false', doc: 'Tell of a permission error once.' },
  },
  sections: {
    parse: { doc: 'Parser of the lines.', params: {}, required: true, anyParam: true, plugin: 'parser' },
    group: groupSchema,
  },
} as const satisfies SectionSpec;
