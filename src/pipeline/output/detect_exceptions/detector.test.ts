import fc from 'fast-check';
import { expect, it } from 'vitest';
import { translate } from '../../../ruby/regexp.ts';
import { compileStates, Detector } from './detector.ts';
import { LANGUAGES, type Rule, START } from './rules.ts';

/** The machine as it is described, with every pattern as Ruby has it, on the whole line. */
class Twin {
  readonly #rules: readonly Rule[];
  #state = START;
  constructor(rules: readonly Rule[]) {
    this.#rules = rules;
  }
  #step(line: string): boolean {
    const rule = this.#rules.find((r) => r.from.includes(this.#state) && translate(r.pattern, '').test(line));
    this.#state = rule?.to ?? START;
    return rule !== undefined;
  }
  update(line: string): [before: boolean, after: boolean] {
    const before = this.#step(line);
    if (!before) this.#step(line);
    return [before, this.#state !== START];
  }
}

const lines = [
  ...['java.lang.Exception: x', '\tat a.b(C.java:1)', 'Caused by: y', '... 3 more', 'Error', '', '\r', 'plain text'],
  ...['Traceback (most recent call last):', '  File "a.py", line 1', '    code()', 'a.b.Error: x', 'key: value'],
  ...[
    'PHP Warning: x',
    'Stack trace:',
    '#0 a',
    ' thrown in b',
    'panic: x',
    'goroutine 1 [running]:',
    'main.f(0x1)',
    '\t/a.go:1',
  ],
  ...[
    'NoMethodError (x):',
    '  ',
    '  a.rb:1:in `f',
    'Unhandled exception:',
    'FormatException: x',
    '   ^',
    "'a': error",
    '#0  f (a.dart)',
  ],
];
const line = fc
  .tuple(fc.constantFrom(...lines), fc.constantFrom('', '', '\n', '\r\n', '\nmore'))
  .map((parts) => parts.join(''));

it('finds what the rules describe, line by line, with and without line ends', () => {
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(LANGUAGES)), fc.array(line, { maxLength: 30 }), (language, given) => {
      const detector = new Detector(compileStates([language]));
      const twin = new Twin(LANGUAGES[language]!);
      for (const text of given) {
        const [before, after] = twin.update(text);
        const verdict = detector.update(text);
        expect([verdict, text]).toEqual([
          before ? (after ? insideOrStart(verdict) : 'end_trace') : after ? 'start_trace' : 'no_trace',
          text,
        ]);
      }
    }),
    { numRuns: 500 },
  );
});

it('takes a line end for more than an empty line where a rule wants any character, as Fluentd does', () => {
  const detector = new Detector(compileStates(['python']));
  const trace = ['Traceback (most recent call last):\n', '  File "a.py", line 1\n', '\n', 'a.Error: x\n'];
  expect(trace.map((text) => detector.update(text))).toEqual([
    'start_trace',
    'inside_trace',
    'inside_trace',
    'end_trace',
  ]);
});

/** The twin does not tell a first line from a later one. */
function insideOrStart(verdict: string): string {
  return verdict === 'start_trace' ? verdict : 'inside_trace';
}
