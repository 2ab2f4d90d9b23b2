import fs from 'node:fs';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { startAgent, temporaryFolder } from './sluice.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

it('tap shows events of a running agent before and after a filter, and at the output, to its own user only', async () => {
  const socket = path.join(folder.path, 'tap.sock');
  const log = folder.write('app.log', '');
  const file = folder.write(
    'fluent.conf',
    `<source>
  @type tail
  path ${log}
  pos_file ${folder.path}/app.pos
  tag app.web
  <parse>
    @type none
  </parse>
</source>
<filter app.**>
  @type record_transformer
  @id add
  <record>
    added yes
  </record>
</filter>
<match **>
  @type null
</match>
`,
  );
  const agent = startAgent(['-c', file, '--no-metrics'], { SLUICE_SOCKET: socket });
  await agent.until('fluentd worker is now running');
  while (!fs.existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(fs.statSync(socket).mode & 0o777).toBe(0o600);
  const tap = startAgent(['tap', 'app.*', '--stage', 'emit,before,after,output', '--limit', '4', '--socket', socket]);
  const other = startAgent(['tap', 'nothing.*', '--socket', socket]);
  await Promise.all([tap.until('looking'), other.until('looking')]);
  fs.appendFileSync(log, 'hello\n');
  await tap.until('"at":"output"');
  const seen = tap
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { at: string; plugin: string; tag: string; record: object });
  expect(seen.map(({ at, plugin, tag, record }) => [at, plugin, tag, record])).toEqual([
    ['emit', '', 'app.web', { message: 'hello' }],
    ['before', 'add', 'app.web', { message: 'hello' }],
    ['after', 'add', 'app.web', { message: 'hello', added: 'yes' }],
    ['output', 'null', 'app.web', { message: 'hello', added: 'yes' }],
  ]);
  await other.stop();
  expect(other.output()).not.toContain('hello');
  expect(await agent.stop()).toBe(0);
  expect(fs.existsSync(socket)).toBe(false);
});
