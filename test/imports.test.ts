import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const src = path.join(import.meta.dirname, '..', 'src');

/** Layer of a file: imports may point to the same or a lower one. */
function layer(file: string): number {
  if (file.startsWith('pipeline/core/')) return 0;
  if (/^(config|ruby|pipeline\/codec)\//.test(file)) return 1;
  if (file.startsWith('pipeline/io/') || file === 'pipeline/plugin.ts') return 2;
  if (file.startsWith('pipeline/') || file.startsWith('store/')) return 3;
  return 4;
}

const PLUGIN_FOLDERS = ['input', 'parser', 'router', 'filter', 'formatter', 'buffer', 'output'];
const folderOf = (file: string) => PLUGIN_FOLDERS.find((folder) => file.startsWith(`pipeline/${folder}/`));

const sources = () =>
  fs
    .readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));

it('imports point down only, and plugin folders never import each other', () => {
  const wrong: string[] = [];
  for (const name of sources()) {
    const text = fs.readFileSync(path.join(src, name), 'utf8');
    for (const [, target] of text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
      const to = path.join(path.dirname(name), target!);
      const [mine, theirs] = [folderOf(name), folderOf(to)];
      if (layer(to) > layer(name)) wrong.push(`${name} imports ${to}, which lies above it`);
      if (mine !== undefined && theirs !== undefined && mine !== theirs)
        wrong.push(`${name} imports ${to} of another plugin folder`);
    }
  }
  expect(wrong).toEqual([]);
});

it('files whose code needs one another do not stand in a circle', () => {
  const needs = new Map<string, string[]>();
  for (const name of sources()) {
    const text = fs.readFileSync(path.join(src, name), 'utf8');
    // A type is gone when the code runs: two files may well know each other's.
    const found = [...text.matchAll(/^(?:import|export) (?!type )(?:[^;]*? from )?'(\.[^']+)'/gm)];
    const real = found.filter(([all]) => !/^import \{(?:\s*type \w+,?)+\s*\}/.test(all));
    needs.set(
      name,
      real.map(([, target]) => path.join(path.dirname(name), target!)),
    );
  }
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (name: string, way: readonly string[]): void => {
    const at = way.indexOf(name);
    if (at >= 0) circles.push([...way.slice(at), name].join(' → '));
    if (at >= 0 || done.has(name)) return;
    for (const next of needs.get(name) ?? []) visit(next, [...way, name]);
    done.add(name);
  };
  for (const name of needs.keys()) visit(name, []);
  expect(circles).toEqual([]);
});

it('no file imports the code of node:http or node:https, which would bring undici in', () => {
  const wrong = sources().filter((name) =>
    /^import (?!type )[^;]*'node:https?'/m.test(fs.readFileSync(path.join(src, name), 'utf8')),
  );
  expect(wrong).toEqual([]);
});
