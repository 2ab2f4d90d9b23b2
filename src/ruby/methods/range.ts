/** Range. */
import { int } from '../arguments.ts';
import { covers, numeric } from '../equal.ts';
import { isFloat } from '../numbers.ts';
import { type RRange, RubyError } from '../objects.ts';
import { classOf, define, enumerating, send } from './dispatch.ts';
import { successors } from './string.ts';

/** More items than an expression can mean. */
const MOST_ITEMS = 1_000_000;

/** @throws RubyError for a range that has no list of items */
export function rangeItems(range: RRange): unknown[] {
  if (typeof range.first === 'string') return successors(range.first, range.last, range.exclusive);
  if (range.first === null || isFloat(range.first))
    throw new RubyError('TypeError', `can't iterate from ${classOf(range.first)}`);
  const last = Number(numeric(range.last) ?? Number.POSITIVE_INFINITY);
  const first = Number(numeric(range.first));
  if (last - first > MOST_ITEMS) throw new RubyError('RangeError', 'cannot convert endless range to an array');
  const out: unknown[] = [];
  for (let i = first; range.exclusive ? i < last : i <= last; i++) out.push(i);
  return out;
}

define('Range', {
  '===': (self: RRange, [value]) => covers(self, value),
  'include?': (self: RRange, [value]) => covers(self, value),
  'member?': (self: RRange, [value]) => covers(self, value),
  'cover?': (self: RRange, [value]) => covers(self, value),
  first: (self: RRange, [n]) => (n === undefined ? self.first : rangeItems(self).slice(0, int(n))),
  begin: (self: RRange) => self.first,
  last: (self: RRange, [n]) => (n === undefined ? self.last : int(n) === 0 ? [] : rangeItems(self).slice(-int(n))),
  end: (self: RRange) => self.last,
  'exclude_end?': (self: RRange) => self.exclusive,
  size: (self: RRange) => {
    if (typeof self.first === 'string') return null;
    return rangeItems(self).length;
  },
  ...enumerating({
    step: (self: RRange, [n], block) => {
      rangeItems(self).forEach((item, i) => {
        if (i % int(n) === 0) block!(item);
      });
      return self;
    },
    '%': (self: RRange, [n], block) => send(self, 'step', [n], block),
  }),
});
