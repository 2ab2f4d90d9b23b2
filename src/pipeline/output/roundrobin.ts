/** `@type roundrobin`: each stream of events goes to one `<store>`, in turn, as often as its `weight` says. */
import { PluginConfigError } from '../core/errors.ts';
import { defineOutput } from '../plugin.ts';

export const plugin = defineOutput({
  kind: 'output',
  type: 'roundrobin',
  buffering: 'none',
  doc: 'Spreads events over several outputs.',
  schema: {
    doc: 'Round robin output.',
    params: {},
    sections: {
      store: {
        doc: 'One output; `weight` (default 1) is its share.',
        params: {},
        multi: true,
        required: true,
        anyParam: true,
        plugin: 'output',
      },
    },
  },
  create(config, host) {
    const sections = config.$element.children.filter((child) => child.name === 'store');
    const weights = sections.map((section) => {
      const weight = Number.parseInt(section.text('weight') ?? '1', 10);
      if (!(weight >= 0))
        throw new PluginConfigError(`weight of a <store> must be a number, not ${section.text('weight')}`);
      return weight;
    });
    const outputs = sections.map((section) => {
      const params = [...section.params].filter(([name]) => name !== 'weight');
      return host.child(section.copy({ params }));
    });
    const turns = turnsOf(weights);
    let next = 0;
    return {
      emit(stream) {
        if (turns.length === 0) return;
        const output = outputs[turns[next]!]!;
        next = (next + 1) % turns.length;
        return output.emit(stream);
      },
    };
  },
});

/** Indexes of the outputs, each as often as its weight, spread so that one output's turns are far apart. */
function turnsOf(weights: readonly number[]): number[] {
  const divisor = weights.reduce(gcd, 0) || 1;
  const turns: { index: number; at: number }[] = [];
  weights.forEach((weight, index) => {
    const count = weight / divisor;
    for (let i = 0; i < count; i++) turns.push({ index, at: (i + 0.5) / count });
  });
  return turns.sort((a, b) => a.at - b.at || a.index - b.index).map((turn) => turn.index);
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
