import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readTemplate, withLifecycle } from './templates.ts';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'templates-'));
afterAll(() => fs.rmSync(dir, { recursive: true }));
function file(text: string): string {
  const name = path.join(dir, `${fs.readdirSync(dir).length}.json`);
  fs.writeFileSync(name, text);
  return name;
}

describe('a template file', () => {
  test('is read with its placeholders replaced by lower-case texts, wherever they stand', () => {
    const name = file('{"index_patterns":["<<tag>>-*"],\n"order":1.0,"aliases":{"<<tag>>$&":{}}}');
    expect(readTemplate(fs, name, { '<<tag>>': 'App$1' })).toMatchObject({
      index_patterns: ['app$1-*'],
      aliases: { 'app$1$&': {} },
    });
  });

  test.each([
    ['missing', () => path.join(dir, 'none.json'), /valid template file/],
    ['no JSON', () => file('{'), /is no JSON/],
    ['no object', () => file('[]'), /no JSON object/],
  ])('that is %s is told', (_name, make, message) => {
    expect(() => readTemplate(fs, make(), undefined)).toThrow(message);
  });
});

describe('lifecycle management', () => {
  const options = { target: 'logs-app-default', separator: '-', policy: 'p', alias: 'logs-app' };
  const lifecycle = { 'index.lifecycle.name': 'p', 'index.lifecycle.rollover_alias': 'logs-app' };

  test('puts pattern, policy, alias and an order by the depth of the name into a legacy template', () => {
    const template = {
      template: 'old-*',
      index_patterns: ['x'],
      settings: { number_of_shards: 1, 'index.lifecycle.name': 'q' },
    };
    expect(withLifecycle(template, { ...options, isLegacy: true })).toEqual({
      index_patterns: 'logs-app-default-*',
      settings: { number_of_shards: 1, ...lifecycle },
      order: 53,
    });
    expect(withLifecycle({ order: 7 }, { ...options, isLegacy: true })).toMatchObject({
      settings: lifecycle,
      order: 10,
    });
  });

  test('puts them into the inner template of a composable one', () => {
    const template = { index_patterns: ['x'], template: { mappings: {} } };
    expect(withLifecycle(template, { ...options, isLegacy: false })).toEqual({
      index_patterns: 'logs-app-default-*',
      template: { mappings: {}, settings: lifecycle },
      priority: 103,
    });
    expect(withLifecycle({ priority: 1 }, { ...options, isLegacy: false })).toMatchObject({ priority: 4 });
  });
});
