/** A Ruby program bound to the names of one tag. */
import type { Program } from '../../../ruby/placeholder.ts';
import { RubyTime } from '../../../ruby/time.ts';
import type { LogEvent } from '../../core/event.ts';
import type { Value } from '../../core/value.ts';
import { type Expression, expression } from './expression.ts';
import type { TagNames } from './names.ts';

export function rubyExpression(program: Program, names: TagNames): Expression {
  if (program.simpleField !== undefined) return expression.field(program.simpleField);
  const { deps } = program;
  const fixed = deps.pure && !deps.mutates && !deps.variables.includes('time');
  const usesTime = deps.variables.includes('time');
  // One scope per tag; `record` and `time` are replaced for each event, so nothing is allocated.
  const scope: Record<string, unknown> = { ...names };
  return expression.of(fixed ? deps.recordKeys : 'all', (event: LogEvent): Value => {
    scope['record'] = event;
    if (usesTime) scope['time'] = new RubyTime(event.sec, event.nsec);
    return program.run(scope);
  });
}
