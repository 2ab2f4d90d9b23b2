/** What the pods do as the clock ticks: they start, write sample lines, and one of them dies. */
import type { MiniatureCluster } from './cluster.ts';
import { PODS, type PodPlan, sampleLines } from './job.ts';
import type { MiniatureNode, RunningPod } from './node.ts';

export class Workload {
  readonly #node: MiniatureNode;
  readonly #cluster: MiniatureCluster;
  readonly #samples = new Map<string, string[]>();
  readonly #running = new Map<PodPlan, RunningPod>();
  readonly #dead = new Set<PodPlan>();

  constructor(node: MiniatureNode, cluster: MiniatureCluster) {
    this.#node = node;
    this.#cluster = cluster;
    for (const { sample } of PODS) this.#samples.set(sample, sampleLines(sample));
  }

  /** Each pod that lives writes some lines. */
  tick(tick: number, lines: number): void {
    for (const plan of PODS) {
      if (tick < plan.from || this.#dead.has(plan)) continue;
      const pod = this.#running.get(plan) ?? this.#start(plan);
      if (tick >= plan.until && plan.until < 100) {
        this.#cluster.terminate(pod);
        this.#dead.add(plan);
        continue;
      }
      const samples = this.#samples.get(plan.sample)!;
      for (let i = 0; i < lines; i++) this.#node.write(pod, samples[pod.written.length % samples.length]!);
    }
  }

  #start(plan: PodPlan): RunningPod {
    const pod = this.#node.start(plan);
    this.#running.set(plan, pod);
    this.#cluster.run(pod);
    return pod;
  }
}
