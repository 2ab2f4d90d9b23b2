/** What the Dockerfile puts into the image, put into a folder by the same script: it starts there, and takes the configurations it ships. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

describe('the image', () => {
  let out: string;
  beforeAll(() => {
    out = join(mkdtempSync(join(tmpdir(), 'sluice-image-')), 'out');
    const { status, stderr } = spawnSync(join(root, 'image', 'assemble'), [out], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
  }, 300_000);
  afterAll(() => rmSync(join(out, '..'), { recursive: true, force: true }));

  function fluentd(args: readonly string[], env: Record<string, string> = {}) {
    // The image's base has Node on PATH; here it is the one that runs this test.
    const PATH = `${join(process.execPath, '..')}:${process.env.PATH}`;
    const run = spawnSync(join(out, 'usr/local/bin/fluentd'), args, {
      encoding: 'utf8',
      env: { ...process.env, PATH, ...env },
    });
    return { status: run.status, text: `${run.stdout}${run.stderr}` };
  }

  it('runs compiled JavaScript under the name fluentd', () => {
    expect(existsSync(join(out, 'usr/local/lib/sluice/src'))).toBe(false);
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(fluentd(['--version'])).toEqual({ status: 0, text: `sluice ${version}\n` });
  });

  it('leaves out client libraries that few need, and says what to do where a configuration needs them', () => {
    const file = join(out, 's3.conf');
    writeFileSync(file, '<match **>\n  @type s3\n  s3_bucket b\n</match>\n');
    const { status, text } = fluentd(['--dry-run', '-c', file]);
    expect(status).toBe(1);
    expect(text).toMatch(/output s3 needs @aws-sdk\/client-s3 .*--build-arg CLIENTS=include.*npm install @aws-sdk/);
    rmSync(file);
  });

  it('reads what is mounted into config.d', () => {
    const file = join(out, 'etc/fluent/config.d/mine.conf');
    writeFileSync(
      file,
      '<source>\n  @type tail\n  path /tmp/none.log\n  tag t\n  <parse>\n    @type nonsense\n  </parse>\n</source>\n',
    );
    const { status, text } = fluentd(['--dry-run', '-c', join(out, 'etc/fluent/fluent.conf')]);
    expect(text).toContain(`${file}:`);
    expect(status).toBe(1);
    rmSync(file);
  });

  it('takes its own configuration set with the variables of the Fluentd images', () => {
    const env = {
      FLUENT_ELASTICSEARCH_HOST: 'es',
      FLUENT_ELASTICSEARCH_PORT: '9200',
      FLUENT_CONTAINER_TAIL_PARSER_TYPE: 'cri',
    };
    const { status, text } = fluentd(['--dry-run', '-c', join(out, 'fluentd/etc/fluent.conf')], env);
    expect(status, text).toBe(0);
    expect(text).not.toMatch(/\[warn\]/);
  });

  it('leaves out the parts that are switched off', () => {
    const env = { FLUENTD_SYSTEMD_CONF: 'disable', FLUENTD_PROMETHEUS_CONF: 'disable', FLUENTD_OPT: '-v' };
    const { status, text } = fluentd(['--dry-run', '-c', join(out, 'fluentd/etc/fluent.conf')], env);
    expect(status, text).toBe(0);
  });

  it('holds no development dependency', () => {
    const modules = join(out, 'usr/local/lib/sluice/node_modules');
    const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      devDependencies: object;
    };
    expect(
      Object.keys(devDependencies).filter((name) => name !== '@types/node' && existsSync(join(modules, name))),
    ).toEqual([]);
  });
});
