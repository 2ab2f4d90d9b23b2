/**
 * v0.12 spellings that real configurations still use, rewritten to v1 before anything is checked, as Fluentd does it: flat
 * parser parameters become `<parse>`, flat buffer parameters `<buffer>`, those of outputs that write text `<format>` and
 * `<inject>`. A section that is there already wins; then the flat parameters warn as unused.
 */
import {
  BUFFER_PARAMS,
  type Flat,
  FORMATTER_PARAMS,
  hasAny,
  INJECT_PARAMS,
  isOn,
  PARSER_PARAMS,
  PARSER_PARAMS_WITH_FORMAT,
  sectionAt,
  taken,
  translated,
  withSection,
} from './compat-params.ts';
import type { Element, Param } from './element.ts';
import { Problems } from './problems.ts';

/** Their flat parser parameters count even without `format`; other inputs may use such names for themselves. */
const PARSING_INPUTS = new Set(['tail', 'http', 'tcp', 'udp', 'syslog', 'exec']);
/** These write text: flat formatter and inject parameters are theirs. */
const WRITING = new Set(['file', 'stdout', 'exec', 's3']);
/** Flat inject parameters are theirs, but no formatter's. */
const INJECTING = new Set(['cloudwatch_logs']);
/** Without a buffer, so that flat buffer parameters are just unused. */
const UNBUFFERED = new Set([
  ...['copy', 'roundrobin', 'relabel', 'null', 'stdout', 'secondary_file'],
  ...['rewrite_tag_filter', 'detect_exceptions', 'record_modifier', 'flowcounter_simple'],
]);
/** Chunk keys where no `<buffer>` says otherwise. */
const CHUNK_KEYS: Readonly<Record<string, string>> = {
  file: 'time',
  exec: 'time',
  s3: 'time',
  forward: 'tag',
  kafka_buffered: 'tag',
};

/** Rewrites a whole tree. */
export function modernise(element: Element, problems = new Problems()): Element {
  const self = element.copy({ children: element.children.map((child) => modernise(child, problems)) });
  if (self.name === 'source') return convertInput(self, problems);
  if (self.name === 'filter') return convertFilter(self, problems);
  if (self.name === 'match' || self.name === 'store') return convertOutput(self, problems);
  return self.name === 'pattern' ? withPatternType(self) : self;
}

export function convertInput(element: Element, problems: Problems): Element {
  const flat = PARSING_INPUTS.has(typeText(element)) && hasAny(element, PARSER_PARAMS);
  return flat || element.params.has('format') ? withParse(element, problems) : element;
}

export function convertFilter(element: Element, problems: Problems): Element {
  const type = typeText(element);
  if (type === 'parser') return hasAny(element, PARSER_PARAMS) ? withParse(element, problems) : element;
  return type === 'stdout' ? withFormat(withInject(element, problems)) : element;
}

export function convertOutput(element: Element, problems: Problems): Element {
  const type = typeText(element);
  const buffered = UNBUFFERED.has(type) ? element : withBuffer(element, CHUNK_KEYS[type] ?? '', problems);
  if (WRITING.has(type)) return withFormat(withInject(buffered, problems));
  if (INJECTING.has(type)) return withInject(buffered, problems);
  return element.params.has('format') ? withFormat(buffered) : buffered;
}

function typeText(element: Element): string {
  return element.text('@type') ?? element.text('type') ?? '';
}

function withParse(element: Element, problems: Problems): Element {
  if (element.child('parse') !== undefined) return element;
  const format = element.params.get('format');
  const flat = format === undefined ? PARSER_PARAMS : PARSER_PARAMS_WITH_FORMAT;
  const params = new Map([...(format === undefined ? [] : formatParams(format)), ...taken(element, flat)]);
  const types = element.params.get('types');
  if (types !== undefined) params.set('types', typesParam(types, element));
  const local = localTime(element, problems);
  if (local !== undefined) params.set('localtime', local);
  const patterns = element.children.filter((child) => child.name === 'pattern');
  const parse = sectionAt(element, 'parse', '', params).copy({ children: patterns });
  const rest = element.copy({ children: element.children.filter((child) => child.name !== 'pattern') });
  return withSection(rest, flat, parse);
}

/** `format /regexp/` is the regexp parser; anything else is a parser's name. */
function formatParams(format: Param): [string, Param][] {
  if (!/^\/.*\/[imx]*$/s.test(format.value)) return [['@type', format]];
  return [
    ['@type', { ...format, value: 'regexp' }],
    ['expression', format],
  ];
}

/** `types` with delimiters of its own becomes JSON, which knows none. */
function typesParam(types: Param, element: Element): Param {
  const delimiter = element.text('types_delimiter');
  const label = element.text('types_label_delimiter');
  if (delimiter === undefined && label === undefined) return types;
  const pairs = types.value.split(delimiter ?? ',').map((pair): [string, string] => {
    const [name = '', ...type] = pair.split(label ?? ':');
    return [name, type.join(label ?? ':')];
  });
  return { ...types, value: JSON.stringify(Object.fromEntries(pairs)), quote: 'json' };
}

/** `utc` and `localtime` as one `localtime`; both at once contradict each other. */
function localTime(element: Element, problems: Problems): Param | undefined {
  const local = element.params.get('localtime');
  const utc = element.params.get('utc');
  if (local !== undefined && utc !== undefined && isOn(local) === isOn(utc))
    problems.error(utc, 'both of utc and localtime are specified, use only one of them');
  if (local !== undefined) return translated(local, String(isOn(local)));
  return utc && translated(utc, String(!isOn(utc)));
}

/** In `<pattern>` of multi_format, `format` names the parser as `@type` does. */
function withPatternType(element: Element): Element {
  const format = element.params.get('format');
  if (format === undefined) return element;
  const others = [...element.params].filter(([name]) => name !== 'format');
  return element.copy({ params: [...formatParams(format), ...others] });
}

function withBuffer(element: Element, chunkKeys: string, problems: Problems): Element {
  if (element.child('buffer') !== undefined || !hasAny(element, BUFFER_PARAMS)) return element;
  const params = taken(element, BUFFER_PARAMS);
  const action = params.get('overflow_action');
  if (action?.value === 'exception') params.set('overflow_action', { ...action, value: 'throw_exception' });
  const slice = element.params.get('time_slice_format');
  if (slice !== undefined) {
    params.set('timekey', translated(slice, timekey(slice, problems)));
    const local = localTime(element, problems);
    if (local !== undefined) params.set('timekey_use_utc', translated(local, String(local.value === 'false')));
  }
  const arg = slice === undefined ? chunkKeys : 'time';
  const section = sectionAt(element, 'buffer', arg, params);
  // A day is what time_slice_format gave by default.
  const timed = arg === 'time' && slice === undefined ? section.withParam('timekey', '86400') : section;
  const flat: Flat = slice === undefined ? BUFFER_PARAMS : { ...BUFFER_PARAMS, utc: null, localtime: null };
  return withSection(element, flat, timed);
}

/** Seconds of the smallest unit of time in a format. */
function timekey(slice: Param, problems: Problems): string {
  for (const [unit, seconds] of [
    ['%S', '1'],
    ['%M', '60'],
    ['%H', '3600'],
    ['%d', '86400'],
  ] as const)
    if (slice.value.includes(unit)) return seconds;
  problems.error(slice, 'time_slice_format only with %Y or %m is too long');
  return '86400';
}

function withFormat(element: Element): Element {
  if (element.child('format') !== undefined || !hasAny(element, FORMATTER_PARAMS)) return element;
  const params = taken(element, FORMATTER_PARAMS);
  const epoch = element.params.get('time_as_epoch');
  if (epoch !== undefined && isOn(epoch)) params.set('time_type', translated(epoch, 'unixtime'));
  return withSection(element, { ...FORMATTER_PARAMS, time_as_epoch: null }, sectionAt(element, 'format', '', params));
}

function withInject(element: Element, problems: Problems): Element {
  if (element.child('inject') !== undefined || !hasAny(element, INJECT_PARAMS)) return element;
  const params = taken(element, INJECT_PARAMS);
  const fill = (name: string, from: Param | undefined, value: string) => {
    if (from !== undefined && isOn(from) && !params.has(name)) params.set(name, translated(from, value));
  };
  const epoch = element.params.get('time_as_epoch');
  fill('time_key', element.params.get('include_time_key') ?? epoch, 'time');
  fill('time_type', epoch, 'unixtime');
  fill('time_type', element.params.get('include_time_key'), 'string');
  fill('tag_key', element.params.get('include_tag_key'), 'tag');
  const local = localTime(element, problems);
  if (local !== undefined) params.set('localtime', local);
  return withSection(element, { ...INJECT_PARAMS, time_as_epoch: null }, sectionAt(element, 'inject', '', params));
}
