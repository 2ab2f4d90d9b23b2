/**
 * A node in miniature: a folder in which containers' log files lie as a runtime writes them.
 *
 * docker:  var/log/containers/POD_NS_CONTAINER-ID.log → var/log/pods/NS_POD_UID/CONTAINER/0.log → var/lib/docker/containers/ID/ID-json.log
 * cri:     var/log/containers/POD_NS_CONTAINER-ID.log → var/log/pods/NS_POD_UID/CONTAINER/0.log, a file
 *
 * Rotation is the runtime's (docker: `.1`) or the kubelet's (cri: `0.log.YYYYMMDD-HHMMSS`): rename, then a new file.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export type LogFormat = 'docker' | 'cri';

export interface ContainerSpec {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly format: LogFormat;
}

/** 64 hex digits that follow from a name, as runtimes give them to containers. */
export function containerId(spec: ContainerSpec): string {
  return createHash('sha256').update(`${spec.namespace}/${spec.pod}/${spec.container}`).digest('hex');
}

export class MiniatureContainer {
  readonly spec: ContainerSpec;
  readonly id: string;
  /** The file that the runtime writes to. */
  readonly file: string;
  /** The path that agents follow. */
  readonly link: string;
  lines = 0;
  #rotations = 0;

  constructor(root: string, spec: ContainerSpec) {
    this.spec = spec;
    this.id = containerId(spec);
    const { namespace, pod, container, format } = spec;
    const inPod = join(root, 'var/log/pods', `${namespace}_${pod}_${this.id.slice(0, 36)}`, container, '0.log');
    this.file = format === 'cri' ? inPod : join(root, 'var/lib/docker/containers', this.id, `${this.id}-json.log`);
    this.link = join(root, 'var/log/containers', `${pod}_${namespace}_${container}-${this.id}.log`);
    for (const path of [this.file, inPod, this.link]) mkdirSync(dirname(path), { recursive: true });
    writeFileSync(this.file, '');
    if (format === 'docker') symlinkSync(relative(dirname(inPod), this.file), inPod);
    symlinkSync(relative(dirname(this.link), inPod), this.link);
  }

  /** Appends lines (without line ends), all in one write as a runtime's copier does. */
  write(lines: readonly string[], stream: 'stdout' | 'stderr' = 'stdout'): void {
    const render = this.spec.format === 'cri' ? criLine : dockerLine;
    const from = process.hrtime.bigint();
    const now = BigInt(Date.now()) * 1_000_000n;
    appendFileSync(
      this.file,
      lines.map((line) => render(line, stream, now + (process.hrtime.bigint() - from))).join(''),
    );
    this.lines += lines.length;
  }

  rotate(): void {
    this.#rotations++;
    const stamp = new Date()
      .toISOString()
      .replace(/[-:]|\..*/g, '')
      .replace('T', '-');
    renameSync(this.file, this.spec.format === 'cri' ? `${this.file}.${stamp}` : `${this.file}.${this.#rotations}`);
    writeFileSync(this.file, '');
  }
}

/** RFC 3339 with nanoseconds, as runtimes write it. */
function rfc3339(nanos: bigint): string {
  const seconds = new Date(Number(nanos / 1_000_000n)).toISOString().slice(0, 19);
  return `${seconds}.${String(nanos % 1_000_000_000n).padStart(9, '0')}Z`;
}

function dockerLine(line: string, stream: string, nanos: bigint): string {
  return `${JSON.stringify({ log: `${line}\n`, stream, time: rfc3339(nanos) })}\n`;
}

function criLine(line: string, stream: string, nanos: bigint): string {
  return `${rfc3339(nanos)} ${stream} F ${line}\n`;
}
