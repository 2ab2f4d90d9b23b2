import fs from 'node:fs';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { sluice, temporaryFolder } from './sluice.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const good = folder.write(
  'good.conf',
  '<source>\n  @type sample\n  tag a\n</source>\n<match **>\n  @type null\n</match>\n',
);

it('a configuration with five mistakes gives five messages with file and line, and exit code 1', () => {
  const file = folder.write(
    'five.conf',
    `<source>
  @type tail
  path /var/log/a.log
  <parse>
    @type none
  </parse>
</source>
<filter a>
  @type no_such_filter
</filter>
<filter a>
  @type record_transformer
  enable_ruby true
  <record>
    x \${record["x"].frobnicate}
  </record>
</filter>
<match a>
  @type elasticsearch
  scheme gopher
</match>
<match **>
  @type relabel
  @label @NOWHERE
</match>
`,
  );
  const { code, stderr } = sluice(['--dry-run', '-c', file]);
  expect(code).toBe(1);
  const messages = stderr.split('\n').filter((line) => line.startsWith('config error '));
  const lines = messages.map((message) => Number(/five\.conf:(\d+): /.exec(message)?.[1]));
  expect(messages).toHaveLength(5);
  expect(lines.sort((a, b) => a - b)).toEqual([1, 8, 15, 20, 22]);
  expect(stderr).toContain("'tag' parameter is required");
  expect(stderr).toContain("Unknown filter plugin 'no_such_filter'");
  expect(stderr).toContain("method 'frobnicate' is not supported in configurations (column 13 of");
  expect(stderr).toContain('@NOWHERE label not found');
});

it('a good configuration passes the dry run with exit code 0', () => {
  const { code, stdout } = sluice(['--dry-run', '-c', good]);
  expect(code).toBe(0);
  expect(stdout).toContain('finished dry run mode');
});

it('a file that is not there is an error that names it', () => {
  const { code, stdout, stderr } = sluice(['--dry-run', '-c', path.join(folder.path, 'none.conf')]);
  expect(code).toBe(1);
  expect(stdout + stderr).toContain('none.conf');
});

it('FLUENTD_CONF names the file, FLUENTD_OPT and FLUENTD_ARGS give options, the command line comes last', () => {
  expect(sluice(['--dry-run'], { FLUENTD_CONF: good }).code).toBe(0);
  expect(sluice([], { FLUENTD_CONF: good, FLUENTD_OPT: '--dry-run' }).code).toBe(0);
  expect(sluice([], { FLUENTD_ARGS: `--dry-run -c ${good} --no-supervisor -q` }).code).toBe(0);
  expect(sluice(['-c', good], { FLUENTD_OPT: '--dry-run -c /nowhere.conf' }).code).toBe(0);
});

it('-q and -v choose the level, also repeated and glued', () => {
  expect(sluice(['--dry-run', '-q', '-c', good]).stdout).not.toContain('finished dry run mode');
  expect(sluice(['--dry-run', '-qq', '-c', good]).stdout).toBe('');
  expect(sluice(['--dry-run', '-vv', '-c', good]).stdout).toContain('finished dry run mode');
});

it('-o writes the log to a file', () => {
  const log = path.join(folder.path, 'sluice.log');
  expect(sluice(['--dry-run', `--config=${good}`, '-o', log]).stdout).toBe('');
  expect(fs.readFileSync(log, 'utf8')).toContain('finished dry run mode');
});

it('Fluentd’s other options are accepted, and told to have no effect where they have none', () => {
  const { code, stdout } = sluice([
    '--dry-run',
    '-c',
    good,
    '-p',
    '/plugins',
    '-r',
    'lib',
    '--gem-path',
    '/gems',
    '--use-v1-config',
  ]);
  expect(code).toBe(0);
  for (const option of ['-p', '-r', '--gem-path'])
    expect(stdout).toContain(`option ${option} is accepted and has no effect`);
});

it('an unknown option or one without its value is wrong usage', () => {
  expect(sluice(['--no-such-option'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('unknown option: --no-such-option'),
  });
  expect(sluice(['-c'])).toMatchObject({ code: 1, stderr: expect.stringContaining('option -c needs a value') });
});

it('--version, --help and --show-plugin-config print and end', () => {
  expect(sluice(['--version']).stdout).toMatch(/^sluice \d+\.\d+\.\d+\n$/);
  const help = sluice(['--help']).stdout;
  for (const word of ['--dry-run', 'sluice explain', 'sluice test', 'sluice tap', 'sluice migrate'])
    expect(help).toContain(word);
  expect(sluice(['--show-plugin-config', 'output:null']).stdout).toContain('never_flush');
  expect(sluice(['--show-plugin-config', 'output:nothing']).code).toBe(1);
});

it('secrets of a configuration are in no output of a dry run', () => {
  const file = folder.write(
    'secret.conf',
    '<match **>\n  @type elasticsearch\n  host es\n  user u\n  password geheim\n  mistyped_password geheim\n  port x\n</match>\n',
  );
  const { stdout, stderr } = sluice(['--dry-run', '-vv', '-c', file]);
  expect(stdout + stderr).not.toContain('geheim');
});
