/** A Ruby program bound to the names of one tag. */

import { RubyTime } from '../../../ruby/objects.ts';
import type { Program } from '../../../ruby/placeholder.ts';
import type { LogEvent } from '../../core/event.ts';
import type { Value } from '../../core/value.ts';
import { type Expression, expression } from './expression.ts';
import type { TagNames } from './names.ts';

export function rubyExpression(program: Program, names: TagNames): Expression {
  if (program.simpleField !== undefined) return expression.field(program.simpleField);
  const { deps } = program;
  const usesTime = deps.variables.includes('time');
  const fixed = deps.pure && !usesTime;
  // One scope per tag; only `time` is replaced for each event.
  const scope: Record<string, unknown> = { ...names };
  return expression.of(fixed ? deps.recordKeys : 'all', (event: LogEvent): Value => {
    if (usesTime) scope['time'] = new RubyTime(event.sec, event.nsec);
    return program.run(event, scope);
  });
}
