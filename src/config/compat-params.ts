/** Which flat v0.12 parameters belong to which v1 section, and how they are copied there. */
import { Element, type Param } from './element.ts';

/** Flat name → name in the section; null: only translated (format, types, local or UTC time), not copied as it stands. */
export type Flat = Readonly<Record<string, string | null>>;

export const PARSER_PARAMS: Flat = {
  ...{ format: null, types: null, types_delimiter: null, types_label_delimiter: null, localtime: null, utc: null },
  ...same('keys', 'time_key', 'time_format', 'delimiter', 'keep_time_key', 'null_empty_string', 'null_value_pattern'),
  ...same('json_parser', 'label_delimiter', 'format_firstline', 'message_key', 'with_priority', 'message_format'),
  ...same('rfc5424_time_format', ...Array.from({ length: 20 }, (_, i) => `format${i + 1}`)),
};

/** Fluentd leaves these where they are, and its parsers then miss them; beside a `format` only the parser can be meant. */
export const PARSER_PARAMS_WITH_FORMAT: Flat = {
  ...PARSER_PARAMS,
  ...same(
    'expression',
    'time_type',
    'estimate_current_event',
    'timezone',
    'delimiter_pattern',
    'multiline',
    'ignorecase',
  ),
  ...same('multiline_start_regexp', 'merge_cri_fields', 'parser_type', 'time_format_fallbacks'),
};

export const BUFFER_PARAMS: Flat = {
  buffer_type: '@type',
  buffer_path: 'path',
  buffer_chunk_limit: 'chunk_limit_size',
  buffer_queue_limit: 'queue_limit_length',
  buffer_queue_full_action: 'overflow_action',
  num_threads: 'flush_thread_count',
  try_flush_interval: 'flush_thread_interval',
  queued_chunk_flush_interval: 'flush_thread_burst_interval',
  disable_retry_limit: 'retry_forever',
  retry_limit: 'retry_max_times',
  max_retry_wait: 'retry_max_interval',
  time_slice_format: null,
  time_slice_wait: 'timekey_wait',
  timezone: 'timekey_zone',
  ...same('flush_interval', 'flush_at_shutdown'),
  // Not taken over by Fluentd, where they have no effect then.
  ...same('retry_wait', 'retry_forever'),
  buffer_chunk_full_threshold: 'chunk_full_threshold',
};

export const FORMATTER_PARAMS: Flat = {
  format: '@type',
  ...same('delimiter', 'force_quotes', 'keys', 'fields', 'json_parser', 'label_delimiter', 'output_time', 'output_tag'),
  ...same('localtime', 'utc', 'timezone', 'message_key', 'add_newline', 'output_type'),
};

export const INJECT_PARAMS: Flat = {
  ...{ include_time_key: null, include_tag_key: null, localtime: null, utc: null },
  ...same('time_key', 'time_format', 'timezone', 'tag_key'),
};

function same(...names: string[]): Flat {
  return Object.fromEntries(names.map((name) => [name, name]));
}

export function hasAny(element: Element, flat: Flat): boolean {
  return Object.keys(flat).some((name) => element.params.has(name));
}

/** The parameters of `flat` under their new names. */
export function taken(element: Element, flat: Flat): Map<string, Param> {
  const entries = [...element.params].flatMap(([name, param]): [string, Param][] => {
    const to = flat[name];
    return to ? [[to, param]] : [];
  });
  return new Map(entries);
}

/**
 * The element with a section of these parameters more. The flat ones stay, since a plugin may have parameters of the same
 * names, but nobody is told any more that they are not used.
 */
export function withSection(element: Element, flat: Flat, section: Element): Element {
  const params = [...element.params].map(([name, param]): [string, Param] => [
    name,
    Object.hasOwn(flat, name) ? { ...param, copied: true } : param,
  ]);
  return element.copy({ params, children: [...element.children, section] });
}

/** A section that begins where the first of its parameters stands. */
export function sectionAt(element: Element, name: string, arg: string, params: ReadonlyMap<string, Param>): Element {
  const first = [...params.values()].reduce<Param | undefined>((a, b) => (a && a.line <= b.line ? a : b), undefined);
  return new Element(name, arg, first ?? element, params);
}

/** A parameter that comes from another one, with its place. */
export function translated(from: Param, value: string): Param {
  return { file: from.file, line: from.line, value, quote: 'none' };
}

/** As Fluentd reads a flag: a key without value counts. */
export function isOn(param: Param | undefined): boolean {
  return param !== undefined && (param.value === '' || param.value === 'true' || param.value === 'yes');
}
