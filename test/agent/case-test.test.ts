import { afterAll, expect, it } from 'vitest';
import { sluice, temporaryFolder } from './sluice.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const file = folder.write(
  'fluent.conf',
  `<source>
  @type tail
  @id in_a
  path /var/log/a.log
  tag kubernetes.*
  <parse>
    @type json
    time_key time
  </parse>
</source>
<filter kubernetes.**>
  @type kubernetes_metadata
</filter>
<filter kubernetes.**>
  @type record_transformer
  enable_ruby true
  <record>
    level \${record["log"].include?("boom") ? "error" : "info"}
  </record>
</filter>
<match kubernetes.**>
  @type elasticsearch
  @id es
  host es.example
</match>
`,
);

it('test passes where every event arrives as expected, from records, from lines and at the error stream', () => {
  const cases = folder.write(
    'good.yaml',
    `- name: errors are named
  tag: kubernetes.x
  kubernetes: {pod_name: web}
  records: [{log: boom}]
  expect:
    - {record: {log: boom, level: error, kubernetes: {pod_name: web}}, output: es, tag: kubernetes.x}
- name: lines are parsed
  source: in_a
  lines: ['{"log":"fine","time":"2024-03-01T10:20:30Z"}']
  expect:
    - {record: {log: fine, level: info}, tag: kubernetes.var.log.a.log}
- name: a record without log fails
  tag: kubernetes.x
  records: [{x: 1}]
  expect:
    - {record: {x: 1}, error: true}
`,
  );
  const { code, stdout } = sluice(['test', '-c', file, cases]);
  expect(stdout).toBe(
    'ok errors are named\nok lines are parsed\nok a record without log fails\n\n3 passed, 0 failed\n',
  );
  expect(code).toBe(0);
});

it('test tells what differs, what is missing and what nobody expected', () => {
  const cases = folder.write(
    'bad.json',
    JSON.stringify([
      {
        name: 'wrong',
        tag: 'kubernetes.x',
        records: [{ log: 'a' }, { log: 'b' }],
        expect: [{ record: { log: 'a', level: 'warn', z: 1 } }],
      },
      { name: 'missing', tag: 'kubernetes.x', records: [{}], expect: [{ record: {} }] },
      { name: 'unparsed', lines: ['nonsense'], expect: [] },
    ]),
  );
  const { code, stdout } = sluice(['test', '-c', file, cases]);
  expect(code).toBe(1);
  expect(stdout).toContain(`event 1: 'level' is "info", not "warn"`);
  expect(stdout).toContain(`event 1: 'z' is missing (expected 1)`);
  expect(stdout).toContain('event not expected, at es: kubernetes.x');
  expect(stdout).toContain('event 1 did not arrive');
  expect(stdout).toContain('does not match: nonsense');
  expect(stdout).toContain('0 passed, 3 failed');
});

it('test refuses a file of cases that is wrong, and names the place', () => {
  const cases = folder.write('odd.yaml', '- name: x\n  tag: a\n  recrods: []\n');
  const { code, stderr } = sluice(['test', '-c', file, cases]);
  expect(code).toBe(1);
  expect(stderr).toContain("odd.yaml: case 1 (x): unknown key 'recrods'");
});
