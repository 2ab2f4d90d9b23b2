/** The pods of the miniature: one Flink-like job whose first TaskManager dies and is replaced, and a Zeppelin server. */
import fs from 'node:fs';
import path from 'node:path';

export interface PodPlan {
  readonly name: string;
  readonly namespace: string;
  readonly container: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly sample: string;
  /** Ticks of the clock between which it writes; of 100. */
  readonly from: number;
  readonly until: number;
}

export const NODE_NAME = 'demo-node-1';
const JOB = 'feature-demo';
/** As the viewer names it: namespace, dot, name. */
export const JOB_ID = `flink.${JOB}`;
const flink = (component: string) => ({
  app: JOB,
  component,
  type: 'flink-native-kubernetes',
  'pod-template-hash': '7d9c5b8f6',
});

export const PODS: readonly PodPlan[] = [
  pod(`${JOB}-driver`, 'driver', { app: JOB }, 'spark', 0, 100),
  pod(`${JOB}-7d9c5b8f6-x2k4p`, 'flink-main-container', flink('jobmanager'), 'hadoop', 5, 100),
  pod(`${JOB}-taskmanager-1-1`, 'flink-main-container', flink('taskmanager'), 'hdfs', 10, 40),
  pod(`${JOB}-taskmanager-2-1`, 'flink-main-container', flink('taskmanager'), 'hdfs', 45, 100),
  pod('zeppelin-server-0', 'zeppelin', { app: 'zeppelin' }, 'zookeeper', 0, 100),
];

function pod(
  name: string,
  container: string,
  labels: Record<string, string>,
  sample: string,
  from: number,
  until: number,
): PodPlan {
  return { name, namespace: 'flink', container, labels, sample, from, until };
}

export function sampleLines(name: string): string[] {
  const text = fs.readFileSync(path.join(import.meta.dirname, 'samples', `${name}.log`), 'utf8');
  return text.split('\n').filter((line) => line !== '');
}
