/**
 * A disk in memory that forgets: what was not synced when the power goes is lost, kept or torn at a sector, each write for itself and in any order;
 * so are the names in a folder until the folder is synced. A sector is written whole or not at all, as disks promise. Paths
 * outside its root are the real disk's.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { FsPort } from '../../src/pipeline/core/ports.ts';

const SECTOR = 512;
const FIRST_FD = 1_000_000;

type Change = { readonly at: number; readonly bytes: Buffer } | { readonly size: number };

interface Inode {
  readonly ino: number;
  readonly birthtimeMs: number;
  data: Buffer;
  /** What a power cut leaves for certain. */
  durable: Buffer;
  pending: Change[];
}

type NameChange = { readonly name: string; readonly inode: Inode | undefined; readonly from?: string };

/** Chance, decided by the test: a whole number below `n`. */
export type Choose = (n: number) => number;

export class Disk {
  readonly #root: string;
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  #pendingNames: NameChange[] = [];
  readonly #fds = new Map<number, Inode | 'folder'>();
  #nextFd = FIRST_FD;
  #nextInode = 1;
  /** Ports of earlier lives do nothing any more. */
  #life = 0;

  constructor(root: string) {
    this.#root = root;
  }

  /** The process ends; the page cache stays. */
  kill(): void {
    this.#life++;
    this.#fds.clear();
  }

  /** The kernel writes all that it holds. */
  writeBack(): void {
    this.#durableNames = new Map(this.#names);
    this.#pendingNames = [];
    for (const inode of this.#names.values()) {
      inode.durable = inode.data;
      inode.pending = [];
    }
  }

  /** The power goes and comes back. */
  cut(choose: Choose): void {
    this.kill();
    for (const change of shuffled(this.#pendingNames, choose)) {
      if (choose(2) === 0) continue;
      if (change.inode === undefined) this.#durableNames.delete(change.name);
      else this.#durableNames.set(change.name, change.inode);
      if (change.from !== undefined) this.#durableNames.delete(change.from);
    }
    this.#pendingNames = [];
    this.#names = new Map(this.#durableNames);
    for (const inode of new Set(this.#names.values())) {
      let data = inode.durable;
      for (const change of shuffled(inode.pending, choose)) {
        const fate = choose(3);
        for (const part of fate === 0 ? [] : fate === 1 ? [change] : torn(change, choose)) data = apply(data, part);
      }
      inode.data = data;
      inode.durable = data;
      inode.pending = [];
    }
  }

  openFiles(): string[] {
    return [...this.#fds.values()].map((target) =>
      target === 'folder' ? target : ([...this.#names].find(([, inode]) => inode === target)?.[0] ?? 'no name'),
    );
  }

  port(): FsPort {
    const life = this.#life;
    const own: Record<string, (...args: never[]) => unknown> = {
      openSync: (file: string, flags = 'r') => this.#open(file, flags),
      close: (fd: number, done: () => void) => {
        this.#fds.delete(fd);
        setImmediate(done);
      },
      closeSync: (fd: number) => this.#fds.delete(fd),
      readSync: (fd: number, into: Buffer, offset: number, length: number, at: number) =>
        this.#inode(fd).data.copy(into, offset, at, at + length),
      writeSync: (fd: number, from: Buffer, offset: number, length: number, at: number) => {
        this.#change(this.#inode(fd), { at, bytes: Buffer.from(from.subarray(offset, offset + length)) });
        return length;
      },
      fsyncSync: (fd: number) => this.#sync(fd),
      fdatasyncSync: (fd: number) => this.#sync(fd),
      ftruncateSync: (fd: number, size: number) => {
        this.#change(this.#inode(fd), { size });
      },
      fstatSync: (fd: number) => statOf(this.#inode(fd)),
      statSync: (file: string, options?: { throwIfNoEntry?: boolean }) => this.#stat(file, options),
      lstatSync: (file: string, options?: { throwIfNoEntry?: boolean }) => this.#stat(file, options),
      readdirSync: (folder: string) =>
        [...this.#names.keys()].filter((name) => path.dirname(name) === folder).map((name) => path.basename(name)),
      readFileSync: (file: string, encoding?: 'utf8') => {
        const { data } = this.#find(file);
        return encoding === undefined ? Buffer.from(data) : data.toString(encoding);
      },
      writeFileSync: (file: string, data: Buffer | string, options?: { flush?: boolean }) => {
        const fd = this.#open(file, 'w');
        this.#change(this.#inode(fd), { at: 0, bytes: Buffer.from(data as string) });
        if (options?.flush === true) this.#sync(fd);
        this.#fds.delete(fd);
      },
      appendFileSync: (file: string, data: string) => {
        const fd = this.#open(file, 'a');
        const inode = this.#inode(fd);
        this.#change(inode, { at: inode.data.length, bytes: Buffer.from(data) });
        this.#fds.delete(fd);
      },
      renameSync: (from: string, to: string) => {
        const inode = this.#find(from);
        this.#names.delete(from);
        this.#names.set(to, inode);
        this.#pendingNames.push({ name: to, inode, from });
      },
      unlinkSync: (file: string) => {
        this.#find(file);
        this.#names.delete(file);
        this.#pendingNames.push({ name: file, inode: undefined });
      },
      mkdirSync: () => undefined,
      existsSync: (file: string) =>
        this.#names.has(file) || [...this.#names.keys()].some((name) => name.startsWith(`${file}/`)),
    };
    return new Proxy(fs, {
      get: (real, name) => {
        const plain = real[name as keyof typeof fs] as (...args: unknown[]) => unknown;
        const mine = own[name as string];
        if (mine === undefined) return plain;
        return (...args: unknown[]) => {
          if (!this.#isOwn(args[0])) return plain(...args);
          if (life !== this.#life) throw new Error('the process is dead');
          return mine(...(args as never[]));
        };
      },
    });
  }

  #isOwn(target: unknown): boolean {
    return typeof target === 'number' ? target >= FIRST_FD : String(target).startsWith(this.#root);
  }

  #open(file: string, flags: string): number {
    const fd = this.#nextFd++;
    let inode = this.#names.get(file);
    const isFolder =
      inode === undefined && flags === 'r' && [...this.#names.keys()].some((n) => n.startsWith(`${file}/`));
    if (isFolder || file === this.#root) {
      this.#fds.set(fd, 'folder');
      return fd;
    }
    if (inode === undefined) {
      if (flags.startsWith('r')) throw missing(file);
      inode = {
        ...{ ino: this.#nextInode++, birthtimeMs: this.#nextInode },
        ...{ data: Buffer.alloc(0), durable: Buffer.alloc(0), pending: [] },
      };
      this.#names.set(file, inode);
      this.#pendingNames.push({ name: file, inode });
    } else if (flags.startsWith('w')) this.#change(inode, { size: 0 });
    this.#fds.set(fd, inode);
    return fd;
  }

  #sync(fd: number): void {
    const target = this.#fds.get(fd);
    if (target === 'folder') {
      this.#durableNames = new Map(this.#names);
      this.#pendingNames = [];
    } else if (target !== undefined) {
      target.durable = target.data;
      target.pending = [];
    }
  }

  #change(inode: Inode, change: Change): void {
    inode.data = apply(inode.data, change);
    inode.pending.push(change);
  }

  #inode(fd: number): Inode {
    const inode = this.#fds.get(fd);
    if (inode === undefined || inode === 'folder') throw Object.assign(new Error('bad fd'), { code: 'EBADF' });
    return inode;
  }

  #find(file: string): Inode {
    const inode = this.#names.get(file);
    if (inode === undefined) throw missing(file);
    return inode;
  }

  #stat(file: string, options?: { throwIfNoEntry?: boolean }) {
    const inode = this.#names.get(file);
    if (inode !== undefined) return statOf(inode);
    if (options?.throwIfNoEntry === false) return undefined;
    throw missing(file);
  }
}

function statOf(inode: Inode) {
  const { ino, data, birthtimeMs } = inode;
  return { ...{ ino, birthtimeMs, dev: 1, size: data.length, mtimeMs: 0, nlink: 1 }, isFile: () => true };
}

function missing(file: string): Error {
  return Object.assign(new Error(`no such file: ${file}`), { code: 'ENOENT', syscall: 'open' });
}

function apply(data: Buffer, change: Change): Buffer {
  const size = 'size' in change ? change.size : Math.max(data.length, change.at + change.bytes.length);
  const next = Buffer.alloc(size);
  data.copy(next);
  if ('bytes' in change) change.bytes.copy(next, change.at);
  return next;
}

/** Some of the sectors that a write covers; where one is missing there is what was there before, or nothing but length. */
function torn(change: Change, choose: Choose): Change[] {
  if ('size' in change) return [];
  const { at: start, bytes } = change;
  const kept: Change[] = [];
  for (let at = 0; at < bytes.length; ) {
    const next = Math.min(bytes.length, (Math.floor((start + at) / SECTOR) + 1) * SECTOR - start);
    if (choose(2) === 1) kept.push({ at: start + at, bytes: bytes.subarray(at, next) });
    at = next;
  }
  return kept;
}

function shuffled<T>(list: readonly T[], choose: Choose): T[] {
  const all = [...list];
  for (let i = all.length - 1; i > 0; i--) {
    const j = choose(i + 1);
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all;
}
