/**
 * `@type multiline`: a record over several lines; `format_firstline` tells where it begins, `format1` … are joined to one regexp whose
 * dot takes line ends. A text may hold several records. Also multiline_kubernetes and kubernetes: glog lines of Kubernetes' own parts.
 */

import type { Element } from '../../config/element.ts';
import { compileLineRegexp } from '../../ruby/line-regexp.ts';
import { PluginConfigError } from '../core/errors.ts';
import { LogEvent, NO_TIME } from '../core/event.ts';
import { Shape } from '../core/shape.ts';
import { Text } from '../core/slot.ts';
import { defineParser, type Host, type Parser, type ParserDefinition } from '../plugin.ts';
import { COMMON, type CommonConfig, finisher } from './common.ts';
import { compileGroups, eventMaker } from './regexp-match.ts';

const MAX_FORMATS = 20;
const UNMATCHED = Shape.of(['unmatched_line']);
const UNMATCHED_LINES = { type: 'string', doc: 'Give text that matches no format as `unmatched_line`.' } as const;

export const plugin = defineParser({
  kind: 'parser',
  type: 'multiline',
  doc: 'Parses records that span lines.',
  schema: {
    doc: 'Multiline parser.',
    params: {
      ...COMMON,
      format_firstline: { type: 'string', doc: 'Regexp of a record’s first line, as `/…/`.' },
      unmatched_lines: UNMATCHED_LINES,
      ...(Object.fromEntries(
        Array.from({ length: MAX_FORMATS }, (_, i) => [
          `format${i + 1}`,
          { type: 'string', doc: 'Part of the regexp, as `/…/`.' },
        ]),
      ) as Record<string, { type: 'string'; doc: string }>),
    },
  },
  create: (config, host) =>
    create('multiline', config, host, { formats: formatsOf(config.$element), firstLine: config.format_firstline }),
});

interface Formats {
  readonly formats: readonly string[];
  readonly firstLine: string | undefined;
}

type MultilineConfig = CommonConfig & { readonly unmatched_lines: string | undefined };

function create(type: string, config: MultilineConfig, host: Host, { formats, firstLine }: Formats): Parser {
  const source = formats.map((format, i) => inner(format, `format${i + 1}`, host)).join('');
  const regexp = compileGroups(source, 'm', host, 'format1 … formatN');
  const first =
    firstLine === undefined
      ? undefined
      : compileLineRegexp(inner(firstLine, 'format_firstline', host), '', host.use.encoding ?? 'bytes');
  const eventOf = eventMaker(regexp.names);
  const finish = finisher(config, host);
  const unmatched = (text: string) =>
    config.unmatched_lines === undefined ? undefined : new LogEvent(NO_TIME, 0, UNMATCHED, [new Text(text)]);
  return {
    type,
    parse(line, emit) {
      for (let text = line; ; ) {
        const match = regexp.execAt(text);
        if (match === undefined) return emit(unmatched(text));
        const event = eventOf(match.values);
        emit(finish(event) ? event : unmatched(text));
        text = text.slice(text[match.end] === '\n' ? match.end + 1 : match.end);
        if (text === '' || match.end === 0) return;
      }
    },
    ...(first === undefined ? { accumulates: true } : { firstLine: (line: string) => first.test(line) }),
  };
}

function formatsOf(element: Element): string[] {
  const numbers = [...element.params.keys()].flatMap((name) => /^format(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  const outside = numbers.filter((n) => n < 1 || n > MAX_FORMATS);
  if (outside.length > 0)
    throw new PluginConfigError(
      `Invalid formatN found. N should be 1 - ${MAX_FORMATS}: ${outside.map((n) => `format${n}`).join(',')}`,
    );
  const formats: string[] = [];
  for (const n of numbers.sort((a, b) => a - b)) {
    if (n > 1 && !numbers.includes(n - 1))
      throw new PluginConfigError(`Jump of format index found. format${n - 1} is missing.`);
    formats.push(element.text(`format${n}`)!);
  }
  if (formats.length === 0) throw new PluginConfigError("Invalid regexp '': No named captures");
  return formats;
}

/** The source between the slashes. Each part must be a regexp by itself. */
function inner(format: string, parameter: string, host: Pick<Host, 'use'>): string {
  if (format.length < 2 || !format.startsWith('/') || !format.endsWith('/'))
    throw new PluginConfigError(`format should be Regexp, need //, in ${parameter}: '${format}'`);
  const source = format.slice(1, -1);
  try {
    compileLineRegexp(source, 'm', host.use.encoding ?? 'bytes');
  } catch (error) {
    throw new PluginConfigError(`Invalid regexp in ${parameter}: ${(error as Error).message}`);
  }
  return source;
}

const GLOG: Formats = {
  firstLine: '/^\\w\\d{4}/',
  formats: ['/^(?<severity>\\w)(?<time>\\d{4} [^\\s]*)\\s+(?<pid>\\d+)\\s+(?<source>[^ \\]]+)\\] (?<message>.*)/'],
};

function glog(type: string): ParserDefinition {
  return defineParser({
    kind: 'parser',
    type,
    doc: 'Parses the logs of Kubernetes’ own parts (glog), with the lines that follow.',
    schema: {
      doc: 'Kubernetes parser: a multiline parser whose formats are given.',
      params: {
        ...COMMON,
        time_format: { ...COMMON.time_format, default: '%m%d %H:%M:%S.%N' },
        unmatched_lines: UNMATCHED_LINES,
      },
    },
    create: (config, host) => create(type, config, host, GLOG),
  }) as unknown as ParserDefinition;
}

export const kubernetes = glog('kubernetes');
export const multilineKubernetes = glog('multiline_kubernetes');
