/** Methods of every object, of nil, true, false, symbols, procs and exceptions. */
import { Float } from '../../pipeline/core/value.ts';
import { compare, compareStrictly, isA, rubyEqual } from '../equal.ts';
import { identity, RHash } from '../hash.ts';
import { Constant, Proc, RRange, RubyError, Sym } from '../objects.ts';
import { length } from '../text/points.ts';
import { inspect, rubyToS } from '../to-s.ts';
import { classOf, define, find, send, truthy } from './dispatch.ts';

/** Class of a value by the name Ruby shows. */
const className = (self: unknown) => {
  if (self instanceof RubyError) return self.className;
  return self instanceof Constant ? 'Class' : classOf(self);
};

define('Object', {
  '==': (self, [other]) => rubyEqual(self, other),
  '!=': (self, [other]) => !rubyEqual(self, other),
  '===': (self, [other]) => rubyEqual(self, other),
  '!~': (self, [other]) => !truthy(send(self, '=~', [other])),
  hash: (self) => hashCode(identity(self)),
  'frozen?': (self) => typeof self !== 'object' || self === null || self instanceof Sym,
  'equal?': (self, [other]) => self === other,
  'eql?': (self, [other]) => classOf(self) === classOf(other) && identity(self) === identity(other),
  '<=>': (self, [other]) => compare(self, other) ?? null,
  '!': (self) => !truthy(self),
  'nil?': () => false,
  to_s: (self) => rubyToS(self),
  inspect: (self) => inspect(self),
  class: (self) => Constant.of(className(self)),
  'is_a?': (self, [type]) => isA(self, (type as Constant).name),
  'kind_of?': (self, [type]) => isA(self, (type as Constant).name),
  'instance_of?': (self, [type]) => className(self) === (type as Constant).name,
  'respond_to?': (self, [name]) => find(self, rubyToS(name)) !== undefined,
  freeze: (self) => self,
  dup: (self) => self,
  clone: (self) => self,
  itself: (self) => self,
  then: (self, _args, block) => block!(self),
  yield_self: (self, _args, block) => block!(self),
  tap: (self, _args, block) => {
    block!(self);
    return self;
  },
  send: (self, [name, ...args], block) => send(self, rubyToS(name), args, block),
  public_send: (self, [name, ...args], block) => send(self, rubyToS(name), args, block),
});

/** Equal objects have equal codes; Ruby's own numbers differ from run to run. */
function hashCode(text: string): number {
  let code = 0;
  for (let i = 0; i < text.length; i++) code = (Math.imul(code, 31) + text.charCodeAt(i)) | 0;
  return code;
}

for (const name of ['Object', 'BasicObject', 'Kernel', 'Class', 'Numeric', 'Comparable', 'Enumerable'])
  Constant.of(name);

define('Comparable', {
  'between?': (self, [a, b]) => compareStrictly(self, a) >= 0 && compareStrictly(self, b) <= 0,
  clamp: (self, [low, high]) => {
    const [a, b] = low instanceof RRange ? [low.first, low.last] : [low, high];
    if (a !== null && a !== undefined && compareStrictly(self, a) < 0) return a;
    return b !== null && b !== undefined && compareStrictly(self, b) > 0 ? b : self;
  },
});

define('NilClass', {
  'nil?': () => true,
  to_s: (_self, args) => {
    if (args.length > 0) throw new RubyError('ArgumentError', 'wrong number of arguments (given 1, expected 0)');
    return '';
  },
  '^': (_self, [other]) => truthy(other),
  to_a: () => [],
  to_i: () => 0,
  to_f: () => new Float(0),
  to_h: () => new RHash(),
  '=~': () => null,
  inspect: () => 'nil',
  '&': () => false,
  '|': (_self, [other]) => truthy(other),
});

define('Symbol', {
  '[]': (self: Sym, args) => send(self.name, '[]', args),
  capitalize: (self: Sym) => Sym.of(send(self.name, 'capitalize') as string),
  succ: (self: Sym) => Sym.of(send(self.name, 'succ') as string),
  'start_with?': (self: Sym, args) => send(self.name, 'start_with?', args),
  'end_with?': (self: Sym, args) => send(self.name, 'end_with?', args),
  'empty?': (self: Sym) => self.name === '',
  id2name: (self: Sym) => self.name,
});

define('TrueClass', { '&': (_s, [o]) => truthy(o), '|': () => true, '^': (_s, [o]) => !truthy(o) });
define('FalseClass', { '&': () => false, '|': (_s, [o]) => truthy(o), '^': (_s, [o]) => truthy(o) });

define('Symbol', {
  to_s: (self: Sym) => self.name,
  to_sym: (self) => self,
  name: (self: Sym) => self.name,
  to_proc: (self: Sym) => new Proc((receiver, ...args) => send(receiver, self.name, args), -2, true),
  length: (self: Sym) => length(self.name),
  size: (self: Sym) => length(self.name),
  upcase: (self: Sym) => Sym.of(self.name.toUpperCase()),
  downcase: (self: Sym) => Sym.of(self.name.toLowerCase()),
});

define('Proc', {
  call: (self: Proc, args) => self.run(...args),
  '[]': (self: Proc, args) => self.run(...args),
  yield: (self: Proc, args) => self.run(...args),
  '===': (self: Proc, args) => self.run(...args),
  arity: (self: Proc) => self.arity,
  'lambda?': (self: Proc) => self.isLambda,
  to_proc: (self) => self,
});

define('Exception', {
  message: (self: RubyError) => self.message,
  full_message: (self: RubyError) => self.message,
});

define('Module', {
  to_s: (self: Constant) => self.name,
  name: (self: Constant) => self.name,
  '===': (self: Constant, [value]) => isA(value, self.name),
});
