/** Which server gets the next chunk: in turn by weight; standby servers step in for the weight that is lost. */

export interface Balanced {
  readonly weight: number;
  readonly standby: boolean;
  readonly available: boolean;
}

export class Balancer<N extends Balanced> {
  #turns: N[] = [];
  #next = 0;

  /** To be called when servers or their availability changed. */
  rebalance(nodes: readonly N[]): void {
    const used = nodes.filter((node) => node.weight > 0);
    const regular = used.filter((node) => !node.standby);
    let lost = regular.filter((node) => !node.available).reduce((sum, node) => sum + node.weight, 0);
    for (const node of used.filter((one) => one.standby && one.available)) {
      if (lost <= 0) break;
      regular.push(node);
      lost -= node.weight;
    }
    const step = regular.reduce((divisor, node) => gcd(divisor, node.weight), 0);
    this.#turns = interleaved(regular, step);
    this.#next = 0;
  }

  /** Available servers in the order in which a chunk tries them; each call begins with the next one. */
  order(): N[] {
    const { length } = this.#turns;
    if (length === 0) return [];
    const from = this.#next;
    this.#next = (from + 1) % length;
    const turns = [...this.#turns.slice(from), ...this.#turns.slice(0, from)];
    return [...new Set(turns)].filter((node) => node.available);
  }
}

/** Each server as often as its weight says, spread out evenly. */
function interleaved<N extends Balanced>(nodes: readonly N[], step: number): N[] {
  const turns = nodes.flatMap((node) => {
    const count = node.weight / step;
    return Array.from({ length: count }, (_, i) => ({ node, at: (i + 0.5) / count }));
  });
  return turns.sort((a, b) => a.at - b.at).map(({ node }) => node);
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
