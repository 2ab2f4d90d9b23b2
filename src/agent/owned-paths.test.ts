import { expect, it } from 'vitest';
import { rig } from '../../test/plugins/rig.ts';

const tail = `<source>
@type tail
path /nowhere/*.log
pos_file /nowhere/a.pos
tag t
<parse>
@type none
</parse>
</source>
`;
const output = `<match t.**>
@type file
path /nowhere/out
<buffer time>
@type file
path /nowhere/buffer
timekey 1d
</buffer>
</match>
`;
const rest = '<match **>\n@type capture\n</match>';

it('two tails never share a pos_file', async () => {
  await expect(rig(tail + tail + rest)).rejects.toThrow(
    "Other 'in_tail' plugin already use same pos_file path: plugin_id = object:",
  );
});

it('two buffers never share a path', async () => {
  await expect(rig(output + output.replace('t.**', 'u.**') + rest)).rejects.toThrow(
    "Other 'file' plugin already uses same buffer path: type = file, buffer path = /nowhere/buffer",
  );
});
