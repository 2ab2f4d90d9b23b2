/** Our side of a comparison: the same expression on the same record, as the same text. */
import { parseJson, type Value } from '../../src/pipeline/core/value.ts';
import { setEnvironment } from '../../src/ruby/methods/env.ts';
import { RubyError, RubyTime } from '../../src/ruby/objects.ts';
import { compileRuby, type Program } from '../../src/ruby/program.ts';
import { type Answer, type Case, ENVIRONMENT, encodeValue, HOSTNAME, TAG, TIME } from './oracle.ts';

const NAMES = ['record', 'time', 'tag', 'tag_parts', 'tag_prefix', 'tag_suffix', 'hostname'];

function variables(): Record<string, unknown> {
  const parts = TAG.split('.');
  return {
    time: new RubyTime(TIME.sec, TIME.nsec),
    tag: TAG,
    tag_parts: parts,
    tag_prefix: parts.map((_, i) => parts.slice(0, i + 1).join('.')),
    tag_suffix: parts.map((_, i) => parts.slice(i).join('.')),
    hostname: HOSTNAME,
  };
}

/** Answers as the oracle gives them; a program that cannot be compiled answers with the reason. */
export function runOurs({ code, records }: Case): Answer[] {
  setEnvironment(ENVIRONMENT);
  let program: Program;
  try {
    program = compileRuby(code, NAMES);
  } catch (error) {
    return records.map(() => [`cannot compile: ${(error as Error).message}`, '']);
  }
  return records.map((text) => runOne(program, text));
}

function runOne(program: Program, text: string): Answer {
  const record = parseJson(text) as Record<string, Value>;
  const access = {
    get: (key: string) => (Object.hasOwn(record, key) ? record[key] : null),
    toObject: () => ({ ...record }),
    set: (key: string, value: unknown) => {
      record[key] = value as Value;
    },
  };
  try {
    const value = program.run(access, variables());
    return [encodeValue(value), encodeValue(record)];
  } catch (error) {
    if (error instanceof RubyError) return [`!${error.className}`, ''];
    return [`not Ruby's error: ${(error as Error).stack}`, ''];
  }
}
