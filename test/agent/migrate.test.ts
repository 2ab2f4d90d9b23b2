import fs from 'node:fs';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { sluice, temporaryFolder } from './sluice.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

it('migrate names missing plugins and tells which positions and chunks would be taken over', () => {
  const log = folder.write('app.log', 'line\n');
  const hex = (n: number) => n.toString(16).padStart(16, '0');
  const pos = folder.write(
    'app.pos',
    `${log}\t${hex(5)}\t${hex(fs.statSync(log).ino)}\n/gone.log\tffffffffffffffff\t${hex(7)}\nbroken line\n`,
  );
  folder.write('buffer/buffer.b5f3c8a0b1c2d3e4f5a6b7c8d9e0f1a2b.log', 'abc');
  folder.write('buffer/buffer.b5f3c8a0b1c2d3e4f5a6b7c8d9e0f1a2b.log.meta', 'x');
  const file = folder.write(
    'fluent.conf',
    `<source>
  @type tail
  path ${log}
  no_such_parameter 1
  pos_file ${pos}
  tag app
  <parse>
    @type none
  </parse>
</source>
<match other>
  @type no_such_output
</match>
<match **>
  @type elasticsearch
  reload_connections true
  <buffer>
    @type file
    path ${path.join(folder.path, 'buffer')}
  </buffer>
</match>
`,
  );
  const { code, stdout } = sluice(['migrate', '-c', file]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/missing output no_such_output +\S+fluent\.conf:11/);
  expect(stdout).toMatch(/ok +input tail/);
  expect(stdout).toMatch(/warn .*fluent\.conf:4: .*no_such_parameter/);
  expect(stdout).toContain('without effect here: reload_connections');
  expect(stdout).toContain(`${pos}: 3 entries, 1 go on where Fluentd stopped, 1 unwatched, 1 not readable`);
  expect(stdout).toContain('1 chunks (3 bytes) would be sent, 1 of them of Fluentd');
  expect(fs.readFileSync(pos, 'utf8')).toContain('broken line');
});
