/** ENV. The environment is given by whoever compiles, so that tests and reloads have their own. */
import { text as need } from '../arguments.ts';
import { RHash } from '../hash.ts';
import { Constant, RubyError } from '../objects.ts';
import { inspect } from '../to-s.ts';
import { define, type Method, truthy } from './dispatch.ts';

let environment: Readonly<Record<string, string | undefined>> = process.env;
export function setEnvironment(env: Readonly<Record<string, string | undefined>>): void {
  environment = env;
}

const value: Method = (_s, [name]) => environment[need(name)] ?? null;
const isSet: Method = (_s, [name]) => environment[need(name)] !== undefined;
const all = () => RHash.of(Object.entries(environment));

define('ENV.', {
  '[]': value,
  fetch: (_s, [name, ...fallback], block) => {
    const found = environment[need(name)];
    if (found !== undefined) return found;
    if (block !== undefined) return block(name);
    if (fallback.length > 0) return fallback[0];
    throw new RubyError('KeyError', `key not found: ${inspect(name)}`);
  },
  'key?': isSet,
  'has_key?': isSet,
  'include?': isSet,
  'member?': isSet,
  to_h: all,
  to_hash: all,
  to_a: () => [...all()],
  keys: () => Object.keys(environment),
  values: () => Object.values(environment),
  values_at: (_s, names) => names.map((name) => environment[need(name)] ?? null),
  'empty?': () => Object.keys(environment).length === 0,
  select: (_s, _args, block) => RHash.of([...all()].filter(([k, v]) => truthy(block!(k, v)))),
  map: (_s, _args, block) => [...all()].map(([k, v]) => block!([k, v])),
});
Constant.of('ENV');
