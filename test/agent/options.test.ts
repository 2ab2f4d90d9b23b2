import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { bin, sluice, startAgent, temporaryFolder } from './sluice.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const good = folder.write(
  'good.conf',
  '<source>\n  @type sample\n  tag a\n</source>\n<match **>\n  @type null\n</match>',
);
const wrongSource = folder.write(
  'source.conf',
  '<source>\n  @type nothing\n</source>\n<match **>\n  @type null\n</match>\n',
);

it('-i adds text behind the file, with \\n for line ends', () => {
  const { code, stderr } = sluice(['--dry-run', '-c', good, '-i', '<match x>\\n  @type nothing\\n</match>']);
  expect(code).toBe(1);
  expect(stderr).toContain(`${good}:8: Unknown output plugin 'nothing'`);
});

it('-i - takes the text from standard input', () => {
  const { status, stderr } = spawnSync(bin, ['--dry-run', '-c', good, '-i', '-'], {
    encoding: 'utf8',
    input: '<match x>\n  @type nothing\n</match>\n',
    timeout: 60_000,
  });
  expect(status).toBe(1);
  expect(stderr).toContain("Unknown output plugin 'nothing'");
});

it('--without-source looks at no source', () => {
  expect(sluice(['--dry-run', '-c', wrongSource]).code).toBe(1);
  expect(sluice(['--dry-run', '-c', wrongSource, '--without-source']).code).toBe(0);
});

it('--strict-config-value refuses what only begins as a number', () => {
  const inline =
    '<match x>\\n  @type null\\n  <buffer>\\n  </buffer>\\n</match>\\n<source>\\n  @type sample\\n  tag b\\n  rate 2x\\n</source>';
  expect(sluice(['--dry-run', '-c', good, '-i', inline]).code).toBe(0);
  const strict = sluice(['--dry-run', '-c', good, '-i', inline, '--strict-config-value']);
  expect(strict.code).toBe(1);
  expect(strict.stderr).toContain('rate');
});

it('--workers comes before <system> workers', () => {
  const inline =
    '<worker 2>\\n  <match x>\\n    @type null\\n  </match>\\n</worker>\\n<system>\\n  workers 2\\n</system>';
  expect(sluice(['--dry-run', '-c', good, '-i', inline]).code).toBe(1);
  expect(sluice(['--dry-run', '-c', good, '-i', inline, '--workers', '3']).code).toBe(0);
  expect(sluice(['--dry-run', '-c', good, '--workers', '0']).code).toBe(1);
});

it('--config-file-type yaml reads YAML whatever the name is', () => {
  const file = folder.write('yaml.txt', 'config:\n  - match:\n      $tag: "**"\n      $type: "nothing"\n');
  const { code, stderr } = sluice(['--dry-run', '-c', file, '--config-file-type', 'yaml']);
  expect(code).toBe(1);
  expect(stderr).toContain("Unknown output plugin 'nothing'");
});

it('--conf-encoding tells how the file is written', () => {
  const file = path.join(folder.path, 'latin.conf');
  fs.writeFileSync(file, Buffer.from('<match **>\n  @type nöthing\n</match>\n', 'latin1'));
  expect(sluice(['--dry-run', '-c', file, '--conf-encoding', 'iso-8859-1']).stderr).toContain("'nöthing'");
});

it('--setup writes a configuration that runs, and never over one that is there', () => {
  const there = path.join(folder.path, 'new');
  expect(sluice(['--setup', there]).stdout).toBe(`Installed ${there}/fluent.conf.\n`);
  expect(sluice(['--dry-run', '-c', path.join(there, 'fluent.conf')]).code).toBe(0);
  expect(sluice(['-s', there]).stdout).toBe(`${there}/fluent.conf already exists.\n`);
});

it('-d runs the agent in the background and writes its process id', async () => {
  const [pidFile, log] = ['agent.pid', 'agent.log'].map((name) => path.join(folder.path, name));
  expect(sluice(['-c', good, '-d', pidFile!, '-o', log!, '--no-metrics', '--umask', '077']).code).toBe(0);
  const pid = Number(fs.readFileSync(pidFile!, 'utf8'));
  const says = (text: string) => fs.existsSync(log!) && fs.readFileSync(log!, 'utf8').includes(text);
  await expect.poll(() => says('is now running'), { timeout: 60_000 }).toBe(true);
  process.kill(pid, 'SIGTERM');
  await expect.poll(() => says('finished with status 0'), { timeout: 60_000 }).toBe(true);
}, 130_000);

/** Another user must be able to read the project and the folder. */
const isOpen = (file: string): boolean =>
  (fs.statSync(file).mode & 0o001) !== 0 && (file === '/' || isOpen(path.dirname(file)));

it.runIf(process.getuid?.() === 0 && isOpen(import.meta.dirname) && isOpen(os.tmpdir()))(
  '--user and --group change what the process may do',
  async () => {
    fs.chmodSync(folder.path, 0o755);
    const agent = startAgent(['-c', good, '--no-metrics', '--user', 'nobody', '--group', '65534', '--umask', '027']);
    await agent.until('is now running');
    const status = fs.readFileSync(`/proc/${agent.child.pid}/status`, 'utf8');
    expect(status).toMatch(/^Uid:\s+65534\s/m);
    expect(status).toMatch(/^Gid:\s+65534\s/m);
    expect(status).toMatch(/^Umask:\s+0027$/m);
    expect(await agent.stop()).toBe(0);
  },
  130_000,
);

it('<system> <log> rotates a log file as the options do', async () => {
  const log = path.join(folder.path, 'rotated', 'agent.log');
  const inline = '<system>\\n  <log>\\n    rotate_age 3\\n    rotate_size 20\\n  </log>\\n</system>';
  const agent = startAgent(['-c', good, '-i', inline, '-o', log, '--no-metrics']);
  await expect.poll(() => fs.existsSync(`${log}.0`), { timeout: 60_000 }).toBe(true);
  expect(await agent.stop()).toBe(0);
  expect(fs.readdirSync(path.dirname(log)).sort()).toEqual(['agent.log', 'agent.log.0', 'agent.log.1']);
}, 130_000);
