/**
 * A Kubernetes node's logs in miniature, as docker and the kubelet lay them out:
 * var/log/containers/POD_NS_CONTAINER-ID.log → var/log/pods/NS_POD_UID/CONTAINER/0.log → docker/containers/ID/ID-json.log,
 * which is renamed to ID-json.log.1 when it is large.
 */
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { PodPlan } from './job.ts';

export interface RunningPod {
  readonly plan: PodPlan;
  readonly uid: string;
  readonly containerId: string;
  /** Lines it wrote, in order. */
  readonly written: string[];
  rotations: number;
}

export class MiniatureNode {
  readonly root: string;
  readonly pods: RunningPod[] = [];
  /** Larger files are rotated. */
  readonly #maxBytes: number;
  #nanos = BigInt(Date.now()) * 1_000_000n;

  constructor(root: string, maxBytes: number) {
    this.root = root;
    this.#maxBytes = maxBytes;
    fs.mkdirSync(path.join(root, 'var/log/containers'), { recursive: true });
  }

  start(plan: PodPlan): RunningPod {
    const containerId = crypto.randomBytes(32).toString('hex');
    const pod = { plan, uid: crypto.randomUUID(), containerId, written: [], rotations: 0 };
    const { name, namespace, container } = plan;
    const file = this.#file(pod);
    const inPods = path.join(this.root, 'var/log/pods', `${namespace}_${name}_${pod.uid}`, container, '0.log');
    for (const folder of [path.dirname(file), path.dirname(inPods)]) fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(file, '');
    fs.symlinkSync(file, inPods);
    fs.symlinkSync(
      inPods,
      path.join(this.root, 'var/log/containers', `${name}_${namespace}_${container}-${containerId}.log`),
    );
    this.pods.push(pod);
    return pod;
  }

  /** Appends one line to the container's output. */
  write(pod: RunningPod, line: string): void {
    const now = BigInt(Date.now()) * 1_000_000n;
    this.#nanos = now > this.#nanos ? now : this.#nanos + 1n;
    const seconds = new Date(Number(this.#nanos / 1_000_000n)).toISOString().slice(0, 19);
    const time = `${seconds}.${String(this.#nanos % 1_000_000_000n).padStart(9, '0')}Z`;
    const stream = / (?:ERROR|FATAL|WARN) /.test(line) ? 'stderr' : 'stdout';
    const file = this.#file(pod);
    fs.appendFileSync(file, `${JSON.stringify({ log: `${line}\n`, stream, time })}\n`);
    pod.written.push(line);
    if (fs.statSync(file).size > this.#maxBytes) this.#rotate(pod);
  }

  get lines(): number {
    return this.pods.reduce((sum, { written }) => sum + written.length, 0);
  }

  get rotations(): number {
    return this.pods.reduce((sum, { rotations }) => sum + rotations, 0);
  }

  #file({ containerId }: RunningPod): string {
    return path.join(this.root, 'docker/containers', containerId, `${containerId}-json.log`);
  }

  #rotate(pod: RunningPod): void {
    const file = this.#file(pod);
    fs.renameSync(file, `${file}.1`);
    fs.writeFileSync(file, '');
    pod.rotations++;
  }
}
