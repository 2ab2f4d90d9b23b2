/**
 * `npm run bench:plot [-- FILE]`: puts a result (the newest of results/, or FILE) into README.md: the table between its marks, and bench/results.svg.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { Row } from './table.ts';

interface Result {
  readonly date: string;
  readonly node: string;
  readonly machine: { readonly cpu?: string; readonly cores: number };
  readonly load: readonly number[];
  readonly lines: number;
  readonly rows: readonly Row[];
}

const here = import.meta.dirname;
const [BEGIN, END] = ['<!-- bench -->', '<!-- /bench -->'];

function newest(): string {
  const folder = path.join(here, 'results');
  const names = fs.readdirSync(folder).sort();
  return path.join(folder, names.at(-1)!);
}

function table({ date, node, machine, load, lines, rows }: Result): string {
  const at = `${date.slice(0, 16).replace('T', ' ')} UTC, ${machine.cpu}, ${machine.cores} cores, load ${load[0]!.toFixed(1)}`;
  const body = rows.map((r) => `| ${r.name} | ${r.value} | ${r.goal} | ${r.details ?? ''} |`);
  return `${BEGIN}
![Measured beside its goal](bench/results.svg)

| workload | measured | goal | |
|---|---|---|---|
${body.join('\n')}

Medians of \`npm run bench -- --lines ${lines}\`, ${at}, Node ${node}. Other work on the machine costs absolute numbers more than shares of the floor.
${END}`;
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Bars: how much of its goal a row reaches; at most three times. */
function plot({ rows }: Result): string {
  const [left, width, line] = [230, 330, 22];
  const scale = width / 3;
  const bars = rows.map(({ name, value, goal, reached, share }, i) => {
    const y = 30 + i * line;
    const length = Math.max(2, Math.min(3, share) * scale);
    return `<text x="${left - 8}" y="${y + 12}" text-anchor="end">${escaped(name)}</text>
<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="15" fill="${reached ? '#2a7d4f' : '#b4552d'}"/>
<text x="${left + width + 10}" y="${y + 12}">${escaped(`${value} (${goal})`)}</text>`;
  });
  const height = 40 + rows.length * line;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="760" height="${height}" font-family="sans-serif" font-size="12" role="img" aria-label="What each workload reaches of its goal">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${left}" y="18">what was measured, as multiples of its goal (line: the goal)</text>
${bars.join('\n')}
<line x1="${left + scale}" x2="${left + scale}" y1="26" y2="${height - 8}" stroke="#222" stroke-dasharray="3 3"/>
</svg>
`;
}

const result = JSON.parse(fs.readFileSync(process.argv[2] ?? newest(), 'utf8')) as Result;
fs.writeFileSync(path.join(here, 'results.svg'), plot(result));
const readme = path.join(here, '..', 'README.md');
const text = fs.readFileSync(readme, 'utf8');
const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
if (from < 0 || to < from) throw new Error(`README.md has no ${BEGIN} … ${END}`);
fs.writeFileSync(readme, text.slice(0, from) + table(result) + text.slice(to + END.length));
