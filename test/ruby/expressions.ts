/** The expressions and records that both Rubies get: one expression a line, a file for each subject. */
import fs from 'node:fs';
import path from 'node:path';

const folder = path.join(import.meta.dirname, 'expressions');

export interface Expression {
  readonly file: string;
  readonly line: number;
  readonly code: string;
}

export function readExpressions(): Expression[] {
  return fs
    .readdirSync(folder)
    .sort()
    .flatMap((file) =>
      fs
        .readFileSync(path.join(folder, file), 'utf8')
        .split('\n')
        .map((code, i) => ({ file, line: i + 1, code }))
        .filter(({ code }) => code !== '' && !code.startsWith('# ')),
    );
}

/** JSON texts, so that both sides read the numbers themselves. */
export function readRecords(): string[] {
  const text = fs.readFileSync(path.join(import.meta.dirname, 'records.json'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line.startsWith('  '))
    .map((line) => line.trim().replace(/,$/, ''));
}
