/** Methods of every object, of nil, true, false, symbols, procs and exceptions. */

import { stringifyJson } from '../../pipeline/core/value.ts';
import { fromRuby } from '../convert.ts';
import { compare, isA, rubyEqual } from '../equal.ts';
import { Constant, Proc, RubyError, Sym } from '../objects.ts';
import { inspect, rubyToS } from '../to-s.ts';
import { classOf, define, find, send, truthy } from './dispatch.ts';

define('Object', {
  '==': (self, [other]) => rubyEqual(self, other),
  '!=': (self, [other]) => !rubyEqual(self, other),
  '===': (self, [other]) => rubyEqual(self, other),
  'equal?': (self, [other]) => self === other,
  'eql?': (self, [other]) => classOf(self) === classOf(other) && rubyEqual(self, other),
  '<=>': (self, [other]) => compare(self, other) ?? null,
  '!': (self) => !truthy(self),
  '=~': () => null,
  'nil?': () => false,
  to_s: (self) => rubyToS(self),
  inspect: (self) => inspect(self),
  class: (self) => new Constant(self instanceof RubyError ? self.className : classOf(self)),
  'is_a?': (self, [type]) => isA(self, (type as Constant).name),
  'kind_of?': (self, [type]) => isA(self, (type as Constant).name),
  'instance_of?': (self, [type]) => classOf(self) === (type as Constant).name,
  'respond_to?': (self, [name]) => find(self, rubyToS(name)) !== undefined,
  'frozen?': () => true,
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
  to_json: (self) => stringifyJson(fromRuby(self)),
  'blank?': (self) => self === null || self === false,
  'present?': (self) => truthy(self),
});

define('NilClass', {
  'nil?': () => true,
  to_s: () => '',
  to_a: () => [],
  to_i: () => 0,
  to_f: () => 0,
  to_h: () => new Map(),
  inspect: () => 'nil',
  '&': () => false,
  '|': (_self, [other]) => truthy(other),
});

define('TrueClass', { '&': (_s, [o]) => truthy(o), '|': () => true, '^': (_s, [o]) => !truthy(o) });
define('FalseClass', { '&': () => false, '|': (_s, [o]) => truthy(o), '^': (_s, [o]) => truthy(o) });

define('Symbol', {
  to_s: (self: Sym) => self.name,
  to_sym: (self) => self,
  name: (self: Sym) => self.name,
  to_proc: (self: Sym) => new Proc((receiver, ...args) => send(receiver, self.name, args), -2),
  length: (self: Sym) => [...self.name].length,
  size: (self: Sym) => [...self.name].length,
  upcase: (self: Sym) => Sym.of(self.name.toUpperCase()),
  downcase: (self: Sym) => Sym.of(self.name.toLowerCase()),
});

define('Proc', {
  call: (self: Proc, args) => self.run(...args),
  '()': (self: Proc, args) => self.run(...args),
  '[]': (self: Proc, args) => self.run(...args),
  yield: (self: Proc, args) => self.run(...args),
  '===': (self: Proc, args) => self.run(...args),
  arity: (self: Proc) => self.arity,
  'lambda?': () => true,
  to_proc: (self) => self,
});

define('Exception', {
  message: (self: RubyError) => self.message,
  full_message: (self: RubyError) => self.message,
  backtrace: () => [],
});

define('Module', {
  name: (self: Constant) => self.name,
  '===': (self: Constant, [value]) => isA(value, self.name),
});
