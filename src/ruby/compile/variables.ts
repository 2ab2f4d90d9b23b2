/** Local variables, `$~`, `$1`, and every kind of assignment. */
import { lastGroup, lastMatch, lastPart } from '../match.ts';
import { send, truthy } from '../methods/dispatch.ts';
import type { Run, RunContext, Scope } from '../run.ts';
import { argumentsOf, list, type Node, node } from '../tree.ts';
import type { Compiler, Kinds } from './compiler.ts';
import { toArray } from './literals.ts';

type Assign = (run: RunContext, value: unknown) => void;
type Combine = (old: Run, value: Run) => Run;

const either: Combine = (old, value) => (run) => {
  const v = old(run);
  return truthy(v) ? v : value(run);
};
const both: Combine = (old, value) => (run) => {
  const v = old(run);
  return truthy(v) ? value(run) : v;
};
const operator =
  (n: Node): Combine =>
  (old, value) =>
  (run) =>
    send(old(run), n['binaryOperator'] as string, [value(run)]);

export const variables: Kinds = {
  ProgramNode: (c, n) =>
    c.inScope(n['locals'] as string[], () => {
      // An assignment to a name of the caller makes it a local variable that begins with the caller's value.
      const given = (n['locals'] as string[]).flatMap((name, i) => (c.names.has(name) ? [{ name, i }] : []));
      const body = c.compile(node(n, 'statements'));
      if (given.length === 0) return body;
      for (const { name } of given) use(c, name);
      return (run) => {
        for (const { name, i } of given) run.scope.slots[i] = name === 'record' ? run.recordMap() : run.variables[name];
        return body(run);
      };
    }),
  LocalVariableReadNode: (c, n) => read(c, n['name'] as string, n['depth'] as number),
  ItLocalVariableReadNode: (c) => read(c, 'it', 0),
  LocalVariableWriteNode: (c, n) => {
    const value = c.compile(node(n, 'value'));
    const assign = write(c, n['name'] as string, n['depth'] as number);
    return (run) => {
      const v = value(run);
      assign(run, v);
      return v;
    };
  },
  LocalVariableOrWriteNode: (c, n) => localUpdate(c, n, either),
  LocalVariableAndWriteNode: (c, n) => localUpdate(c, n, both),
  LocalVariableOperatorWriteNode: (c, n) => localUpdate(c, n, operator(n)),
  IndexOrWriteNode: (c, n) => indexUpdate(c, n, either),
  IndexAndWriteNode: (c, n) => indexUpdate(c, n, both),
  IndexOperatorWriteNode: (c, n) => indexUpdate(c, n, operator(n)),
  MultiWriteNode: (c, n) => {
    const value = c.compile(node(n, 'value'));
    const assign = target(c, n);
    return (run) => {
      const v = value(run);
      assign(run, v);
      return v;
    };
  },
  InstanceVariableReadNode: () => () => null,
  GlobalVariableReadNode: (_, n) => (n['name'] === '$~' ? () => lastMatch() : () => null),
  NumberedReferenceReadNode: (_, n) => {
    const i = n['number'] as number;
    return () => lastGroup(i);
  },
  BackReferenceReadNode: (_, n) => {
    const part = n['name'] as string;
    return () => lastPart(part);
  },
  MatchWriteNode: (c, n) => {
    const call = c.compile(node(n, 'call'));
    const targets = list(n, 'targets').map((t) => ({ name: t['name'] as string, assign: target(c, t) }));
    return (run) => {
      const value = call(run);
      const groups = value === null ? undefined : lastMatch()?.match.groups;
      for (const { name, assign } of targets) assign(run, groups?.[name] ?? null);
      return value;
    };
  },
};

function use(c: Compiler, name: string): void {
  if (name === 'record') c.uses.wholeRecord = true;
  else c.uses.variables.add(name);
}

function scopeAt(run: RunContext, depth: number): Scope {
  let scope = run.scope;
  for (let i = depth; i > 0; i--) scope = scope.up!;
  return scope;
}

export function read(c: Compiler, name: string, depth: number): Run {
  const i = c.local(name, depth);
  if (depth === 0) return (run) => run.scope.slots[i] ?? null;
  return (run) => scopeAt(run, depth).slots[i] ?? null;
}

export function write(c: Compiler, name: string, depth: number): Assign {
  const i = c.local(name, depth);
  return (run, value) => {
    scopeAt(run, depth).slots[i] = value;
  };
}

function localUpdate(c: Compiler, n: Node, combine: Combine): Run {
  const [name, depth] = [n['name'] as string, n['depth'] as number];
  const value = combine(read(c, name, depth), c.compile(node(n, 'value')));
  const assign = write(c, name, depth);
  return (run) => {
    const v = value(run);
    assign(run, v);
    return v;
  };
}

/** `receiver[args] op= value`: receiver and arguments are evaluated once. */
function indexUpdate(c: Compiler, n: Node, combine: Combine): Run {
  c.uses.mutates = true;
  const receiver = c.compile(node(n, 'receiver'));
  const args = argumentsOf(n).map((arg) => c.compile(arg));
  let self: unknown;
  let given: unknown[] = [];
  const value = combine(() => send(self, '[]', given), c.compile(node(n, 'value')));
  return (run) => {
    const [me, keys] = [receiver(run), args.map((arg) => arg(run))];
    [self, given] = [me, keys];
    const v = value(run);
    send(me, '[]=', [...keys, v]);
    return v;
  };
}

/** How a value is assigned to the left side of an assignment, a block's parameter or `rescue => x`. */
export function target(c: Compiler, n: Node): Assign {
  switch (n.type) {
    case 'MultiTargetNode':
    case 'MultiWriteNode':
      return multiTarget(c, n);
    case 'RequiredParameterNode':
      return write(c, n['name'] as string, 0);
    case 'LocalVariableTargetNode':
      return write(c, n['name'] as string, n['depth'] as number);
    case 'IndexTargetNode': {
      c.uses.mutates = true;
      const receiver = c.compile(node(n, 'receiver'));
      const args = argumentsOf(n).map((arg) => c.compile(arg));
      return (run, value) => void send(receiver(run), '[]=', [...args.map((arg) => arg(run)), value]);
    }
    case 'SplatNode': {
      const inner = node(n, 'expression');
      return inner === null ? () => undefined : target(c, inner);
    }
    default:
      throw c.unsupported(n.type.replace(/Node$/, ''), n);
  }
}

function multiTarget(c: Compiler, n: Node): Assign {
  const lefts = list(n, 'lefts').map((t) => target(c, t));
  const rights = list(n, 'rights').map((t) => target(c, t));
  const rest = node(n, 'rest');
  const restAssign = rest === null || rest.type === 'ImplicitRestNode' ? undefined : target(c, rest);
  return (run, value) => {
    const all = Array.isArray(value) ? value : typeof value === 'object' && value !== null ? [value] : toSingle(value);
    lefts.forEach((assign, i) => {
      assign(run, all[i] ?? null);
    });
    const from = Math.max(lefts.length, all.length - rights.length);
    restAssign?.(run, all.slice(lefts.length, from));
    rights.forEach((assign, i) => {
      assign(run, all[from + i] ?? null);
    });
  };
}

function toSingle(value: unknown): unknown[] {
  return value === null || value === undefined ? [] : toArray([value]);
}
