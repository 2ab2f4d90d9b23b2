/** `@type regexp`, and the parsers that are a regexp given in advance: apache, apache_error, nginx. */
import type { RegexpText } from '../../config/schema.ts';
import { defineParser, type Host, type Parser, type ParserDefinition } from '../plugin.ts';
import { COMMON, type CommonConfig, emitFinished, finisher } from './common.ts';
import { compileGroups, eventMaker } from './regexp-match.ts';

const FLAGS = {
  ignorecase: { type: 'bool', default: 'false', deprecated: 'use /pattern/i', doc: 'Ignore case.' },
  multiline: { type: 'bool', default: 'false', deprecated: 'use /pattern/m', doc: '`.` matches line ends.' },
} as const;

interface RegexpConfig extends CommonConfig {
  readonly expression: RegexpText | undefined;
  readonly ignorecase: boolean;
  readonly multiline: boolean;
}

function create(type: string, config: RegexpConfig, host: Host): Parser {
  const { source, flags } = config.expression ?? { source: '(?<x>)', flags: '' };
  // The two old parameters replace the regexp's own flags.
  const old = (config.ignorecase ? 'i' : '') + (config.multiline ? 'm' : '');
  const regexp = compileGroups(source, old === '' ? flags : old, host, 'expression');
  const eventOf = eventMaker(regexp.names);
  const finish = finisher(config, host);
  return {
    type,
    parse(line, emit) {
      const values = regexp.exec(line);
      emitFinished(values === undefined ? undefined : eventOf(values), finish, emit);
    },
  };
}

export const plugin = defineParser({
  kind: 'parser',
  type: 'regexp',
  doc: 'Parses lines by a regexp with named groups.',
  schema: {
    doc: 'Regexp parser.',
    params: {
      ...COMMON,
      expression: { type: 'regexp', required: true, doc: 'The regexp, with a named group per field.' },
      ...FLAGS,
    },
  },
  create: (config, host) => create('regexp', config, host),
});

function preset(type: string, doc: string, expression: string, time_format?: string): ParserDefinition {
  return defineParser({
    kind: 'parser',
    type,
    doc,
    schema: {
      doc,
      params: {
        ...COMMON,
        time_format: { ...COMMON.time_format, ...(time_format === undefined ? {} : { default: time_format }) },
        expression: { type: 'regexp', default: expression, doc: 'The regexp, with a named group per field.' },
        ...FLAGS,
      },
    },
    create: (config, host) => create(type, config, host),
  }) as unknown as ParserDefinition;
}

const ACCESS_TIME = '%d/%b/%Y:%H:%M:%S %z';

export const apache = preset(
  'apache',
  'Parses access logs of Apache.',
  '/^(?<host>[^ ]*) [^ ]* (?<user>[^ ]*) \\[(?<time>[^\\]]*)\\] "(?<method>\\S+)(?: +(?<path>[^ ]*) +\\S*)?" (?<code>[^ ]*) (?<size>[^ ]*)(?: "(?<referer>[^"]*)" "(?<agent>[^"]*)")?$/',
  ACCESS_TIME,
);

export const apacheError = preset(
  'apache_error',
  'Parses error logs of Apache.',
  '/^\\[[^ ]* (?<time>[^\\]]*)\\] \\[(?<level>[^\\]]*)\\](?: \\[pid (?<pid>[^\\]]*)\\])?( \\[client (?<client>[^\\]]*)\\])? (?<message>.*)$/',
);

export const nginx = preset(
  'nginx',
  'Parses access logs of nginx.',
  '/^(?<remote>[^ ]*) (?<host>[^ ]*) (?<user>[^ ]*) \\[(?<time>[^\\]]*)\\] "(?<method>\\S+)(?: +(?<path>[^"]*?)(?: +\\S*)?)?" (?<code>[^ ]*) (?<size>[^ ]*)(?: "(?<referer>[^"]*)" "(?<agent>[^"]*)"(?:\\s+"?(?<http_x_forwarded_for>[^"]*)"?)?)?$/',
  ACCESS_TIME,
);
