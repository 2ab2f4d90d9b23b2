/**
 * v0.12 spellings that real configurations still use, rewritten to v1 before anything is checked, as Fluentd does it: `format …` in
 * a source or parser filter becomes `<parse>`, flat buffer parameters in a match become `<buffer>`. A section that is
 * there wins: then the flat parameters stay and warn as unused.
 */
import { Element, type Param } from './element.ts';

/** Parameters that belong to the parser when they stand beside `format`. */
const PARSER_PARAMS = new Set([
  ...[
    'expression',
    'time_key',
    'time_format',
    'time_type',
    'keep_time_key',
    'types',
    'types_delimiter',
    'types_label_delimiter',
  ],
  ...[
    'estimate_current_event',
    'null_value_pattern',
    'null_empty_string',
    'timezone',
    'utc',
    'localtime',
    'json_parser',
  ],
  ...[
    'keys',
    'delimiter',
    'label_delimiter',
    'delimiter_pattern',
    'message_key',
    'with_priority',
    'message_format',
    'multiline',
    'ignorecase',
  ],
  ...['format_firstline', 'multiline_start_regexp', 'rfc5424_time_format', 'merge_cri_fields', 'parser_type'],
  ...Array.from({ length: 20 }, (_, i) => `format${i + 1}`),
]);

const BUFFER_PARAMS: Readonly<Record<string, string>> = {
  buffer_type: '@type',
  buffer_path: 'path',
  buffer_chunk_limit: 'chunk_limit_size',
  buffer_queue_limit: 'queue_limit_length',
  buffer_queue_full_action: 'overflow_action',
  buffer_chunk_full_threshold: 'chunk_full_threshold',
  num_threads: 'flush_thread_count',
  flush_interval: 'flush_interval',
  try_flush_interval: 'flush_thread_interval',
  queued_chunk_flush_interval: 'flush_thread_burst_interval',
  flush_at_shutdown: 'flush_at_shutdown',
  disable_retry_limit: 'retry_forever',
  retry_limit: 'retry_max_times',
  retry_wait: 'retry_wait',
  max_retry_wait: 'retry_max_interval',
  retry_forever: 'retry_forever',
  time_slice_wait: 'timekey_wait',
};

const FULL_ACTION: Readonly<Record<string, string>> = { exception: 'throw_exception' };

/** Rewrites a whole tree. */
export function modernise(element: Element): Element {
  const children = element.children.map(modernise);
  const self = element.copy({ children });
  if (self.name === 'source') return withParse(self);
  if (self.name === 'filter' && /^(parser)$/.test(typeText(self))) return withParse(self);
  if (self.name === 'match' || self.name === 'store') return withFormat(withBuffer(self));
  if (self.name === 'pattern') return withPatternType(self);
  return self;
}

function typeText(element: Element): string {
  return element.text('@type') ?? element.text('type') ?? '';
}

function withParse(element: Element): Element {
  const format = element.params.get('format');
  if (format === undefined || element.child('parse') !== undefined) return element;
  const inner: [string, Param][] = [...formatParams(format)];
  const outer: [string, Param][] = [];
  for (const entry of element.params) {
    if (entry[0] === 'format') continue;
    (PARSER_PARAMS.has(entry[0]) ? inner : outer).push(entry);
  }
  const patterns = element.children.filter((child) => child.name === 'pattern');
  const others = element.children.filter((child) => child.name !== 'pattern');
  const parse = new Element('parse', '', format, inner, patterns);
  return element.copy({ params: outer, children: [...others, parse] });
}

/** `format /regexp/` is the regexp parser; anything else is a parser's name. */
function formatParams(format: Param): [string, Param][] {
  if (!/^\/.*\/[imx]*$/s.test(format.value)) return [['@type', format]];
  return [
    ['@type', { ...format, value: 'regexp' }],
    ['expression', format],
  ];
}

/** In `<pattern>` of multi_format, `format` names the parser as `@type` does. */
function withPatternType(element: Element): Element {
  const format = element.params.get('format');
  if (format === undefined) return element;
  const others = [...element.params].filter(([name]) => name !== 'format');
  return element.copy({ params: [...formatParams(format), ...others] });
}

function withBuffer(element: Element): Element {
  if (element.child('buffer') !== undefined) return element;
  const inner: [string, Param][] = [];
  const outer: [string, Param][] = [];
  for (const [name, param] of element.params) {
    const to = BUFFER_PARAMS[name];
    if (to === undefined) outer.push([name, param]);
    else
      inner.push([to, to === 'overflow_action' ? { ...param, value: FULL_ACTION[param.value] ?? param.value } : param]);
  }
  if (inner.length === 0) return element;
  return element.copy({
    params: outer,
    children: [...element.children, new Element('buffer', '', inner[0]![1], inner)],
  });
}

/** `format json` in outputs that have formatters. */
function withFormat(element: Element): Element {
  const format = element.params.get('format');
  if (format === undefined || element.child('format') !== undefined) return element;
  const names = new Set([
    'format',
    'delimiter',
    'output_time',
    'output_tag',
    'message_key',
    'add_newline',
    'fields',
    'label_delimiter',
  ]);
  const inner = [...element.params]
    .filter(([name]) => names.has(name))
    .map(([name, p]): [string, Param] => [name === 'format' ? '@type' : name, p]);
  const outer = [...element.params].filter(([name]) => !names.has(name));
  return element.copy({ params: outer, children: [...element.children, new Element('format', '', format, inner)] });
}
