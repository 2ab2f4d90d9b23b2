import { afterAll, expect, it } from 'vitest';
import { sluice, temporaryFolder } from './sluice.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const file = folder.write(
  'fluent.conf',
  `<filter app.**>
  @type record_transformer
  @id add
  <record>
    a b
  </record>
</filter>
<filter other.**>
  @type grep
</filter>
<match app.**>
  @type copy
  <store>
    @type relabel
    @label @OUT
  </store>
  <store>
    @type stdout
  </store>
</match>
<label @OUT>
  <match **>
    @type elasticsearch
    host es.example
    password geheim
    mistyped x
    <buffer>
      flush_interval 3s
    </buffer>
  </match>
</label>
`,
);

it('explain follows a tag through filters, stores and labels, each parameter with its source', () => {
  const { code, stdout } = sluice(['explain', '-c', file, '--tag', 'app.web']);
  expect(code).toBe(0);
  const lines = stdout.split('\n').map((line) => line.trim().replace(/\s{2,}/g, ' '));
  expect(lines).toContain(`filter app.**: record_transformer (add) ${file}:1`);
  expect(lines).toContain('enable_ruby false default');
  expect(lines).toContain(`store: relabel ${file}:13`);
  expect(lines).toContain('@OUT');
  expect(lines).toContain(`host es.example ${file}:24`);
  expect(lines).toContain(`mistyped x ${file}:26, not used`);
  expect(lines).toContain(`flush_interval 3s ${file}:28`);
  expect(lines.some((line) => line.startsWith('flush_thread_count') && line.endsWith('default'))).toBe(true);
  // The output's own defaults, not the buffer's, fill what the section leaves open.
  expect(lines).toContain(`<buffer tag> ${file}:27`);
  expect(lines).toContain('overflow_action throw_exception default');
  expect(stdout).not.toContain('geheim');
  expect(stdout).not.toContain('grep');
});

it('explain tells where a tag without a match ends', () => {
  const { code, stdout } = sluice(['explain', '-c', file, '--tag', 'other.x', '--short']);
  expect(code).toBe(0);
  expect(stdout).toContain('filter other.**: grep');
  expect(stdout).toContain('no <match> takes the tag');
});

it('explain --json gives the same as data', () => {
  const { stdout } = sluice(['explain', '-c', file, '--tag', 'app.web', '--json']);
  const answer = JSON.parse(stdout) as { route: { label: string; steps: { type: string; depth: number }[] }[] };
  expect(answer.route.map(({ label, steps }) => [label, steps.map((step) => `${step.depth} ${step.type}`)])).toEqual([
    ['@ROOT', ['0 record_transformer', '0 copy', '1 relabel', '1 stdout']],
    ['@OUT', ['0 elasticsearch']],
  ]);
});

it('explain without a tag is wrong usage', () => {
  expect(sluice(['explain', '-c', file]).code).toBe(2);
});
