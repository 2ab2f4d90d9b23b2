/**
 * Runs a scenario: real agent, miniature node, scripted cluster; and compares what arrived with what was written.
 *
 * Guarantees: a scenario ends when every line has arrived, or nothing new came for QUIET_MS; its folder is removed when its promises held.
 */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Agent, type AgentOptions } from './agent.ts';
import { Cluster } from './cluster.ts';
import { Pod } from './node.ts';

const QUIET_MS = 15_000;

export interface Scenario extends AgentOptions {
  readonly name: string;
  /** Part of `npm test`. */
  readonly short?: true;
  /** The agent does not run when the scenario begins. */
  readonly startsDown?: true;
  run(rig: Rig): Promise<void>;
  /** Lines that can never be indexed. */
  readonly refused?: (key: string) => boolean;
  /** What holds beyond "none lost": */
  readonly ordered?: true;
  readonly sentOnce?: true;
  readonly indexedOnce?: true;
  /** Further promises; gives what is broken. */
  check?(rig: Rig): string | undefined;
  /** What was measured. */
  tell?(rig: Rig): string | undefined;
}

export interface Result {
  readonly name: string;
  readonly written: number;
  readonly distinct: number;
  readonly lost: number;
  readonly sentTwice: number;
  readonly indexedTwice: number;
  readonly seconds: number;
  readonly peakRss: number;
  readonly broken: readonly string[];
  readonly told: string | undefined;
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export class Rig {
  readonly root = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-fault-'));
  readonly cluster = new Cluster();
  readonly pods: { readonly name: string; readonly written: number }[] = [];
  /** Times in the scenario that it wants to tell of. */
  readonly notes: string[] = [];
  agent!: Agent;
  /** Lines per step: makes scenarios larger. */
  readonly scale: number;

  constructor(scale: number) {
    this.scale = scale;
  }

  pod(name: string): Pod {
    const pod = new Pod(this.root, name);
    this.pods.push(pod);
    return pod;
  }

  /** A pod that writes `rate` MB a second, from a process of its own. */
  async loud(name: string, rate: number, seconds: number, lineBytes = 1000): Promise<void> {
    const numbers = [rate, seconds, lineBytes].map(String);
    const args = [path.join(import.meta.dirname, 'loud.ts'), this.root, name, ...numbers];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    this.pods.push({ name, written: Number(stdout) });
  }

  /** Bytes in the agent's buffer folder. */
  bufferBytes(): number {
    const folder = path.join(this.root, 'buffer');
    if (!fs.existsSync(folder)) return 0;
    return fs.readdirSync(folder).reduce((sum, name) => {
      const stat = fs.statSync(path.join(folder, name), { throwIfNoEntry: false });
      return sum + (stat?.size ?? 0);
    }, 0);
  }

  /** Until a number stays the same for two seconds. */
  async settled(number: () => number): Promise<void> {
    let last = -1;
    for (let since = Date.now(); Date.now() - since < 2000; await sleep(100)) {
      this.agent.measure();
      const now = number();
      if (now !== last) [last, since] = [now, Date.now()];
    }
  }

  async arrived(share = 1): Promise<void> {
    const wanted = this.pods.reduce((sum, pod) => sum + pod.written, 0) * share;
    let last = -1;
    let since = Date.now();
    while (this.cluster.accepted.size < wanted && Date.now() - since < QUIET_MS) {
      if (this.cluster.accepted.size !== last) [last, since] = [this.cluster.accepted.size, Date.now()];
      await sleep(50);
      this.agent.measure();
    }
  }
}

export async function runScenario(scenario: Scenario, scale: number): Promise<Result> {
  const rig = new Rig(scale);
  const started = performance.now();
  await rig.cluster.open();
  rig.agent = new Agent(rig.root, rig.cluster.port, scenario);
  fs.mkdirSync(path.join(rig.root, 'containers'));
  let failure: string | undefined;
  try {
    if (!scenario.startsDown) await rig.agent.start();
    await scenario.run(rig);
    await settle(rig, scenario);
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  } finally {
    await rig.agent.end('SIGKILL');
    await rig.cluster.close();
  }
  const result = evaluate(rig, scenario, (performance.now() - started) / 1000, failure);
  if (result.broken.length === 0) fs.rmSync(rig.root, { recursive: true });
  else fs.writeFileSync(path.join(rig.root, 'agent.log'), rig.agent.log);
  return result;
}

async function settle(rig: Rig, scenario: Scenario): Promise<void> {
  const refused = scenario.refused;
  if (refused === undefined) await rig.arrived();
  else {
    const all = rig.pods.flatMap((pod) => Array.from({ length: pod.written }, (_, n) => `${pod.name} ${n}`));
    await rig.arrived(all.filter((key) => !refused(key)).length / all.length);
  }
  // What would be sent twice comes now.
  await sleep(700);
}

function evaluate(rig: Rig, scenario: Scenario, seconds: number, failure: string | undefined): Result {
  const { cluster, pods } = rig;
  const missing: string[] = [];
  for (const pod of pods)
    for (let n = 0; n < pod.written; n++) {
      const key = `${pod.name} ${n}`;
      if (!cluster.accepted.has(key) && !scenario.refused?.(key)) missing.push(key);
    }
  const extra = (counts: ReadonlyMap<string, number>) => counts.values().reduce((sum, n) => sum + n - 1, 0);
  const broken: string[] = [];
  const sentTwice = extra(cluster.accepted);
  const indexedTwice = extra(cluster.indexed);
  if (failure !== undefined) broken.push(failure);
  if (missing.length > 0) broken.push(`lost: ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ' …' : ''}`);
  if (scenario.sentOnce && sentTwice > 0) broken.push('sent twice');
  if (scenario.indexedOnce && indexedTwice > 0) broken.push('indexed twice');
  if (scenario.ordered)
    for (const [pod, order] of cluster.order)
      if (order.some((n, i) => i > 0 && n < order[i - 1]!)) broken.push(`out of order: ${pod}`);
  const own = scenario.check?.(rig);
  if (own !== undefined) broken.push(own);
  if (broken.length > 0) broken.push(rig.root);
  return {
    name: scenario.name,
    written: pods.reduce((sum, pod) => sum + pod.written, 0),
    distinct: cluster.accepted.size,
    lost: missing.length,
    ...{ sentTwice, indexedTwice, seconds, broken },
    peakRss: rig.agent.peakRss,
    told: failure === undefined ? scenario.tell?.(rig) : undefined,
  };
}
