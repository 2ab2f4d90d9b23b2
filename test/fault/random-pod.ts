/**
 * A pod of a random run: lines of any length in one of the forms that runtimes write, half lines, and one of the ways that logs are rotated.
 *
 * Guarantees: no line is taken away before the cluster has it, unless it stands elsewhere too; so every line that was written is owed.
 */
import fs from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Random } from './random.ts';

export type Form = 'docker' | 'cri';
export type Rotation = 'kubelet' | 'docker' | 'copytruncate';

/** The runtime's cut of long lines. */
const CRI_PIECE = 16 * 1024;
const KEPT = 5;

export interface PodOptions {
  readonly root: string;
  readonly name: string;
  readonly form: Form;
  readonly rotation: Rotation;
  readonly random: Random;
  readonly has: (key: string) => boolean;
  /** Milliseconds until a rotated file is packed. */
  readonly packAfter: number;
}

export class RandomPod {
  readonly name: string;
  written = 0;
  readonly #options: PodOptions;
  readonly #link: string;
  #folder: string;
  #container = 0;
  #life = 0;
  /** First line of this life. */
  #from = 0;
  /** First line since the log was cut off. */
  #cutAt = 0;
  #stamp = Date.UTC(2026, 10, 22, 20, 31, 0);
  #fd = -1;
  /** What is still to be written of a line. */
  #rest = '';
  /** Inode → the first line that is not in it. */
  readonly #upTo = new Map<number, number>();

  constructor(options: PodOptions) {
    this.#options = options;
    this.name = options.name;
    this.#link = path.join(options.root, 'containers', `${this.name}_ns_main-${'0'.repeat(64)}.log`);
    this.#folder = this.#newFolder();
    this.#open();
    fs.symlinkSync(this.#log, this.#link);
  }

  get #log(): string {
    const { rotation } = this.#options;
    return path.join(this.#folder, rotation === 'docker' ? `c${this.#container}-json.log` : `${this.#container}.log`);
  }

  #newFolder(): string {
    const folder = path.join(this.#options.root, 'pods', `${this.name}-${this.#life++}`);
    fs.mkdirSync(folder, { recursive: true });
    return folder;
  }

  #open(): void {
    this.#fd = fs.openSync(this.#log, 'a');
  }

  /** `bytes`: length of a line at most. */
  write(lines: number, bytes: number): void {
    const { random, form } = this.#options;
    const time = new Date().toISOString();
    let text = this.#rest;
    for (let i = 0; i < lines; i++) {
      const key = `${this.name} ${this.written++}`;
      const line = `${key}${' '.padEnd(random(Math.max(1, bytes - key.length)), 'é"\\x')}`;
      const stream = random(5) === 0 ? 'stderr' : 'stdout';
      text += form === 'docker' ? docker(line, stream, time) : cri(line, stream, time);
    }
    // Some of the last line comes later.
    const cut = random(3) === 0 ? Math.max(0, text.length - 1 - random(200)) : text.length;
    this.#rest = text.slice(cut);
    fs.writeSync(this.#fd, text.slice(0, cut));
    this.#upTo.set(fs.fstatSync(this.#fd).ino, this.written);
  }

  finishLine(): void {
    fs.writeSync(this.#fd, this.#rest);
    this.#rest = '';
  }

  rotate(): void {
    // A file that is filled and cut off between two looks is not told from an empty one.
    if (this.#options.rotation === 'copytruncate' && !this.#options.has(`${this.name} ${this.#cutAt}`)) return;
    this.finishLine();
    if (this.#options.rotation === 'kubelet') this.#rotateByTime();
    else this.#rotateByNumber();
  }

  #rotateByTime(): void {
    const rotated = this.#siblings().sort();
    for (const name of rotated.slice(0, Math.max(0, rotated.length - KEPT + 1))) this.#removeRead(name);
    this.#stamp += 1000;
    const stamp = new Date(this.#stamp).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
    fs.renameSync(this.#log, `${this.#log}.${stamp}`);
    fs.closeSync(this.#fd);
    this.#open();
    // The kubelet leaves the newest one plain.
    for (const name of rotated.filter((one) => !one.endsWith('.gz'))) this.#packLater(path.join(this.#folder, name));
  }

  #rotateByNumber(): void {
    const numbers = this.#siblings().map((name) => ({ name, n: Number(/\.(\d+)(?:\.gz)?$/.exec(name)![1]) }));
    numbers.sort((a, b) => b.n - a.n);
    for (const { name, n } of numbers) {
      const next = `${this.#log}.${n + 1}${name.endsWith('.gz') ? '.gz' : ''}`;
      if (n >= KEPT) this.#removeRead(name);
      if (fs.existsSync(path.join(this.#folder, name))) fs.renameSync(path.join(this.#folder, name), next);
      if (!name.endsWith('.gz') && fs.existsSync(next)) this.#pack(next);
    }
    if (this.#options.rotation === 'docker') {
      fs.renameSync(this.#log, `${this.#log}.1`);
      fs.closeSync(this.#fd);
      this.#open();
      return;
    }
    fs.copyFileSync(this.#log, `${this.#log}.1`);
    this.#upTo.set(fs.statSync(`${this.#log}.1`).ino, this.written);
    fs.ftruncateSync(this.#fd);
    this.#cutAt = this.written;
  }

  /**
   * The container starts again: the link leads to the next file, and the old one stays. Not before the pod was seen: a link says nothing of files before
   * it; and where the names do not count up, not before the container was seen.
   */
  restart(): void {
    const from = this.#options.rotation === 'docker' ? this.#cutAt : this.#from;
    if (!this.#options.has(`${this.name} ${from}`)) return;
    this.finishLine();
    fs.closeSync(this.#fd);
    this.#container++;
    this.#open();
    this.#cutAt = this.written;
    this.#relink();
  }

  /** The pod is deleted and made again under its name, as of a StatefulSet; not while lines of it are owed. */
  replace(): void {
    if (this.#rest !== '' || !this.#hasAll(this.written)) return;
    fs.closeSync(this.#fd);
    const old = this.#folder;
    this.#folder = this.#newFolder();
    this.#container = 0;
    this.#open();
    this.#relink();
    fs.rmSync(old, { recursive: true });
    this.#from = this.written;
    this.#cutAt = this.written;
  }

  #relink(): void {
    fs.symlinkSync(this.#log, `${this.#link}.next`);
    fs.renameSync(`${this.#link}.next`, this.#link);
  }

  #siblings(): string[] {
    const base = path.basename(this.#log);
    return fs.readdirSync(this.#folder).filter((name) => name.startsWith(`${base}.`) && !name.endsWith('.tmp'));
  }

  #removeRead(name: string): void {
    const file = path.join(this.#folder, name);
    const upTo = this.#upTo.get(fs.statSync(file).ino) ?? this.written;
    if (this.#hasAll(upTo)) fs.rmSync(file);
  }

  #hasAll(upTo: number): boolean {
    for (let n = upTo - 1; n >= 0; n--) if (!this.#options.has(`${this.name} ${n}`)) return false;
    return true;
  }

  #packLater(file: string): void {
    const { packAfter } = this.#options;
    if (packAfter === 0) this.#pack(file);
    else setTimeout(() => fs.existsSync(file) && this.#pack(file), packAfter);
  }

  #pack(file: string): void {
    const upTo = this.#upTo.get(fs.statSync(file).ino) ?? this.written;
    fs.writeFileSync(`${file}.tmp`, gzipSync(fs.readFileSync(file)));
    fs.renameSync(`${file}.tmp`, `${file}.gz`);
    this.#upTo.set(fs.statSync(`${file}.gz`).ino, upTo);
    fs.rmSync(file);
  }
}

function docker(line: string, stream: string, time: string): string {
  return `${JSON.stringify({ log: `${line}\n`, stream, time })}\n`;
}

function cri(line: string, stream: string, time: string): string {
  let text = '';
  for (let at = 0; ; at += CRI_PIECE) {
    const isLast = line.length - at <= CRI_PIECE;
    text += `${time} ${stream} ${isLast ? 'F' : 'P'} ${line.slice(at, at + CRI_PIECE)}\n`;
    if (isLast) return text;
  }
}
