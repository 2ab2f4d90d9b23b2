/** A node in miniature: pods that write numbered lines, and what rotates their logs: a kubelet, docker, logrotate with copytruncate. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

/** Rotated files that are kept, as the kubelet does by default. */
const KEPT = 5;

export class Pod {
  readonly name: string;
  readonly #root: string;
  #container = 0;
  #stamp = Date.UTC(2026, 10, 22, 20, 31, 0);
  #fd = -1;
  written = 0;
  /** Wall clock ms at which each line was written. */
  readonly writtenAt: number[] = [];

  constructor(root: string, name: string) {
    this.#root = root;
    this.name = name;
    fs.mkdirSync(path.join(root, 'containers'), { recursive: true });
    fs.mkdirSync(this.#folder, { recursive: true });
    this.#open();
    fs.symlinkSync(this.log, this.link);
  }

  get link(): string {
    return path.join(this.#root, 'containers', `${this.name}_ns_main-${'0'.repeat(64)}.log`);
  }

  get log(): string {
    return path.join(this.#folder, `${this.#container}.log`);
  }

  get #folder(): string {
    return path.join(this.#root, 'pods', this.name);
  }

  #open(): void {
    this.#fd = fs.openSync(this.log, 'a');
  }

  write(lines: number, padding = 120): void {
    let text = '';
    const time = new Date().toISOString();
    for (let i = 0; i < lines; i++) {
      text += `{"log":"${this.name} ${this.written++} ${'x'.repeat(padding)}\\n","stream":"stdout","time":"${time}"}\n`;
      this.writtenAt.push(Date.now());
    }
    // A write in two parts, so that a reader meets half lines.
    const cut = Math.floor(text.length / 2);
    fs.writeSync(this.#fd, text.slice(0, cut));
    fs.writeSync(this.#fd, text.slice(cut));
  }

  /** As the kubelet: a name with a time, all but the newest packed, the oldest removed; then the runtime opens a new file. */
  rotate(): void {
    const names = fs.readdirSync(this.#folder);
    const base = path.basename(this.log);
    const rotated = names.filter((name) => name.startsWith(`${base}.`)).sort();
    for (const name of rotated.filter((file) => !file.endsWith('.gz'))) this.#pack(path.join(this.#folder, name));
    for (const name of rotated.slice(0, Math.max(0, rotated.length - KEPT + 1)))
      fs.rmSync(path.join(this.#folder, name.endsWith('.gz') ? name : `${name}.gz`), { force: true });
    this.#stamp += 1000;
    const stamp = new Date(this.#stamp).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
    fs.renameSync(this.log, `${this.log}.${stamp}`);
    fs.closeSync(this.#fd);
    this.#open();
  }

  /** As docker's json-file with max-file and compress: `.1`, `.2.gz` … */
  rotateByNumber(): void {
    for (let i = KEPT; i >= 1; i--) {
      const from = `${this.log}.${i}`;
      if (fs.existsSync(`${from}.gz`)) {
        if (i === KEPT) fs.rmSync(`${from}.gz`);
        else fs.renameSync(`${from}.gz`, `${this.log}.${i + 1}.gz`);
      }
      if (fs.existsSync(from)) {
        fs.renameSync(from, `${this.log}.${i + 1}`);
        this.#pack(`${this.log}.${i + 1}`);
      }
    }
    fs.renameSync(this.log, `${this.log}.1`);
    fs.closeSync(this.#fd);
    this.#open();
  }

  copyTruncate(): void {
    fs.copyFileSync(this.log, `${this.log}.1`);
    fs.truncateSync(this.log);
  }

  /** A container that started again: the link leads to a new file. */
  restartContainer(): void {
    fs.closeSync(this.#fd);
    this.#container++;
    this.#open();
    const next = `${this.link}.${randomBytes(4).toString('hex')}`;
    fs.symlinkSync(this.log, next);
    fs.renameSync(next, this.link);
  }

  remove(): void {
    fs.closeSync(this.#fd);
    fs.rmSync(this.link);
    fs.rmSync(this.#folder, { recursive: true });
  }

  #pack(file: string): void {
    fs.writeFileSync(`${file}.gz.tmp`, gzipSync(fs.readFileSync(file)));
    fs.renameSync(`${file}.gz.tmp`, `${file}.gz`);
    fs.rmSync(file);
  }
}
