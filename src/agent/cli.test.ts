import { expect, it } from 'vitest';
import { parseArguments } from './cli.ts';

const parse = (...argv: string[]) => parseArguments(argv, {});

it.each<[string[], object]>([
  [['-i', '<match>\n</match>'], { inlineConfig: '<match>\n</match>' }],
  [['--inline-config=x', '-iy'], { inlineConfig: 'y' }],
  [['--workers', '3', '--without-source'], { system: { workers: '3', without_source: 'true' } }],
  [['--strict-config-value'], { system: { strict_config_value: 'true' } }],
  [['--emit-error-log-interval', '60'], { system: { emit_error_log_interval: '60' } }],
  [['--config-file-type', 'yml'], { configType: 'yaml' }],
  [['--config-file-type', 'guess'], { configType: 'guess' }],
  [['--conf-encoding', 'Shift_JIS'], { encoding: 'Shift_JIS' }],
  [['--user', 'fluent', '--group', '1000', '--umask', '027'], { user: 'fluent', group: '1000', umask: 0o027 }],
  [['-d', '/run/x.pid'], { daemon: '/run/x.pid' }],
  [['-o', 'a.log', '--log-rotate-age', '5', '--log-rotate-size', '100'], { rotateAge: '5', rotateSize: 100 }],
  [['-s'], { setup: '/etc/fluent' }],
  [['--setup', '/there', '-q'], { setup: '/there', logLevel: 'warn' }],
  [['--suppress-repeated-stacktrace', 'false', '--dry-run'], { dryRun: true }],
  [['--suppress-repeated-stacktrace', '--dry-run'], { dryRun: true }],
  [['--dry'], { dryRun: true }],
  [['--conf-e', 'utf-8'], { encoding: 'utf-8' }],
])('%j', (argv, expected) => {
  expect(parse(...argv)).toMatchObject({ ...expected, errors: [] });
});

it.each<[string[], string]>([
  [['--config-file-type', 'toml'], '--config-file-type accepts yaml/yml or guess'],
  [['--conf-encoding', 'nothing'], 'unknown encoding: nothing'],
  [['--log-rotate-age', 'hourly'], 'log-rotate-age should be daily, weekly, monthly or a number'],
  [['--use-v0-config'], '--use-v0-config is not supported: the configuration has to be of v1 syntax'],
  [['--conf'], 'unknown option: --conf'],
  [['word'], 'unknown option: word'],
])('%j is wrong usage', (argv, error) => {
  expect(parse(...argv).errors).toEqual([error]);
});
