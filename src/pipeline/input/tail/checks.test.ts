import { describe, expect, it } from 'vitest';
import { rig } from '../../../../test/plugins/rig.ts';

function start(params: string): Promise<unknown> {
  return rig(
    `<source>\n@type tail\npath /nowhere/*.log\ntag t\n${params}\n<parse>\n@type none\n</parse>\n</source>\n<match **>\n@type capture\n</match>`,
  );
}

describe('tail refuses at start, as Fluentd does', () => {
  it.each([
    ['both timers off', 'enable_watch_timer false\nenable_stat_watcher false', /either of enable_watch_timer or/],
    ['follow_inodes without pos_file', 'follow_inodes true', /Can't follow inodes without pos_file/],
    ['from_encoding alone', 'from_encoding utf-8', /must be specified with 'encoding'/],
    ['an encoding that is none', 'encoding utf-9', /unknown encoding name - utf-9/],
  ])('%s', async (_name, params, message) => {
    await expect(start(params)).rejects.toThrow(message);
  });

  it.each(['Windows-31J', 'EUC-JP', 'ASCII-8BIT', 'ISO-8859-1', 'UTF-16LE'])('but knows %s', async (name) => {
    await expect(start(`encoding utf-8\nfrom_encoding ${name}`)).resolves.toBeDefined();
  });
});
