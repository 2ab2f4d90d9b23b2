/** exec and systemd: inputs that read what a command prints. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { realPorts } from '../../src/pipeline/io/ports.ts';
import { rig } from '../plugins/rig.ts';
import { start } from './running.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-commands-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const wait = { timeout: 20_000 };

it('exec: tab-separated lines of a command, tag and time from the record', async () => {
  const parse = '<parse>\nkeys name,when,tag\n</parse>\n<extract>\ntag_key tag\ntime_key when\n</extract>';
  const one = await start(`<source>\n@type exec\ncommand printf 'a\\t5.5\\tt.x\\nb\\t6\\tt.y\\n'\n${parse}\n</source>`);
  await expect.poll(() => one.caught.length, wait).toBe(2);
  expect(one.caught.map(({ tag, sec, nsec, json }) => [tag, sec, nsec, json])).toEqual([
    ['t.x', 5, 500_000_000, '{"name":"a"}'],
    ['t.y', 6, 0, '{"name":"b"}'],
  ]);
});

it('exec: a line more only where the last one has no end; MessagePack is no text', async () => {
  const none = await start(
    `<source>\n@type exec\ntag t\ncommand printf 'a\\n\\nb\\n'; printf c\n<parse>\n@type none\n</parse>\n</source>`,
  );
  await expect
    .poll(() => none.caught.map(({ json }) => json), wait)
    .toEqual(['a', '', 'b', 'c'].map((message) => JSON.stringify({ message })));
  const packed = await start(
    `<source>\n@type exec\ntag t\ncommand printf '\\201\\241a\\303\\201\\241b\\012'\n<parse>\n@type msgpack\n</parse>\n</source>`,
  );
  await expect.poll(() => packed.caught.map(({ json }) => json), wait).toEqual(['{"a":true}', '{"b":10}']);
});

it('exec: JSON over several lines, again and again', async () => {
  const one = await start(
    `<source>\n@type exec\ntag t\nrun_interval 0.1\ncommand printf '{"a":\\n1}{"a":2}'\n<parse>\n@type json\n</parse>\n</source>`,
  );
  await expect.poll(() => one.caught.length, wait).toBeGreaterThanOrEqual(4);
  expect(one.caught.slice(0, 3).map(({ json }) => json)).toEqual(['{"a":1}', '{"a":2}', '{"a":1}']);
});

it('exec: a command that runs on is ended with its children', async () => {
  const pids = path.join(folder, 'pids');
  const one = await rig(
    `<source>\n@type exec\ntag t\ncommand sleep 1000 & echo $! > ${pids}; wait\n<parse>\n@type none\n</parse>\n</source>`,
  );
  await expect.poll(() => fs.existsSync(pids) && fs.readFileSync(pids, 'utf8') !== '', wait).toBe(true);
  await one.stop();
  const pid = Number(fs.readFileSync(pids, 'utf8'));
  const runs = () => {
    try {
      // A zombie that nobody has waited for yet runs no more.
      return !/\) Z /.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
    } catch {
      return false;
    }
  };
  await expect.poll(runs, wait).toBe(false);
});

/** A journalctl that prints entries in export format and remembers what it was asked for. */
function fakeJournalctl(script: string): Record<string, string> {
  const bin = fs.mkdtempSync(path.join(folder, 'bin-'));
  fs.writeFileSync(path.join(bin, 'journalctl'), `#!/bin/sh\necho "$@" >> ${bin}/asked\n${script}\n`, { mode: 0o755 });
  return { PATH: `${bin}:${process.env['PATH'] ?? ''}`, asked: `${bin}/asked` };
}

const entry = (cursor: string, message: string) =>
  `printf '__CURSOR=${cursor}\\n__REALTIME_TIMESTAMP=1709288430123456\\n_SYSTEMD_UNIT=k.service\\nMESSAGE=${message}\\n_PID=7\\n\\n'`;

const journal = (more: string) =>
  `<source>\n@type systemd\n@id j\ntag j\npath ${folder}\n${more}\n</source>\n<match **>\n@type capture\n</match>`;

it('systemd: entries with their time, fields renamed, matches handed on, the cursor kept over a restart', async () => {
  const env = fakeJournalctl(`${entry('c1', 'one')}; ${entry('c2', 'two')}; sleep 1000`);
  const storage = `<storage>\n@type local\npath ${folder}/cursor.json\n</storage>`;
  const names =
    '<entry>\nfield_map {"MESSAGE":"log","_PID":["pid","process"]}\nfields_strip_underscores true\nfields_lowercase true\n</entry>';
  const matches = 'matches [{"_SYSTEMD_UNIT":["a","b"],"PRIORITY":"3"},{"_COMM":"it\'s"}]\nread_from_head true';
  const text = journal(`${matches}\n${storage}\n${names}`);
  const first = await rig(text, undefined, env);
  await expect.poll(() => first.caught.length, wait).toBe(2);
  await first.stop();
  expect(first.caught.map(({ sec, nsec, json }) => [sec, nsec, json])).toEqual([
    [1_709_288_430, 123_456_000, '{"log":"one","pid":"7","process":"7","systemd_unit":"k.service"}'],
    [1_709_288_430, 123_456_000, '{"log":"two","pid":"7","process":"7","systemd_unit":"k.service"}'],
  ]);
  expect(JSON.parse(fs.readFileSync(`${folder}/cursor.json`, 'utf8'))).toEqual({ journal: 'c2' });
  const again = await rig(text, undefined, env);
  await expect.poll(() => again.caught.length, wait).toBe(2);
  await again.stop();
  const [one, two] = fs.readFileSync(env['asked']!, 'utf8').trim().split('\n');
  expect(one).toContain("--no-tail _SYSTEMD_UNIT=a _SYSTEMD_UNIT=b PRIORITY=3 + _COMM=it's");
  expect(two).toContain('--after-cursor=c2');
});

it('systemd: a cursor that the journal does not know is told and given up', async () => {
  const env = fakeJournalctl(
    `case "$*" in *after-cursor*) echo "Failed to seek to cursor: Invalid argument" >&2; exit 1;; esac; ${entry('n', 'new')}; sleep 1000`,
  );
  fs.writeFileSync(`${folder}/old.json`, '{"journal":"gone"}');
  const one = await rig(journal(`<storage>\n@type local\npath ${folder}/old.json\n</storage>`), undefined, env);
  await expect.poll(() => one.caught.map(({ record }) => record['MESSAGE']), wait).toEqual(['new']);
  expect(one.logs.some((line) => line.includes('Could not seek to cursor'))).toBe(true);
  await one.stop();
});

it('systemd: without a journal, and without journalctl, it waits quietly', async () => {
  const missing = await rig(journal('').replace(`path ${folder}`, 'path /nowhere/journal'));
  const none = await rig(journal(''), undefined, { PATH: '/nowhere' });
  await expect.poll(() => none.logs.some((line) => line.includes('no journalctl')), wait).toBe(true);
  await Promise.all([missing.stop(), none.stop()]);
  for (const line of [...missing.logs, ...none.logs]) expect(line).not.toMatch(/\[(warn|error)\]/);
});

it('a damaged storage file stops the start instead of losing the position', async () => {
  fs.writeFileSync(`${folder}/bad.json`, '["x"]');
  await expect(rig(journal(`<storage>\n@type local\npath ${folder}/bad.json\n</storage>`))).rejects.toThrow(
    'Invalid contents (not object)',
  );
  expect(realPorts.fs.existsSync(`${folder}/bad.json`)).toBe(true);
});
