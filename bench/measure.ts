/** What /proc tells of a process and its children. */
import fs from 'node:fs';

export interface Usage {
  /** User and system time of the tree, in seconds. */
  readonly cpu: number;
  /** Bytes: the sum over the tree of each process's highest resident size. */
  readonly peakRss: number;
  /** Bytes resident now. */
  readonly rss: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly readCalls: number;
  readonly writeCalls: number;
}

/** Linux counts process times in hundredths of a second for user space. */
const TICKS = 100;

export function usage(pid: number): Usage {
  const total = { cpu: 0, peakRss: 0, rss: 0, bytesRead: 0, bytesWritten: 0, readCalls: 0, writeCalls: 0 };
  for (const process of tree(pid)) {
    // Behind the name, which may hold spaces: field 3 and on.
    const stat = fs
      .readFileSync(`/proc/${process}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')
      .map(Number);
    // utime, stime, and those of children that have ended: fields 14 to 17.
    total.cpu += (stat[11]! + stat[12]! + stat[13]! + stat[14]!) / TICKS;
    total.peakRss += number(process, 'status', /VmHWM:\s+(\d+)/) * 1024;
    total.rss += number(process, 'status', /VmRSS:\s+(\d+)/) * 1024;
    total.bytesRead += number(process, 'io', /rchar: (\d+)/);
    total.bytesWritten += number(process, 'io', /wchar: (\d+)/);
    total.readCalls += number(process, 'io', /syscr: (\d+)/);
    total.writeCalls += number(process, 'io', /syscw: (\d+)/);
  }
  return total;
}

function number(pid: number, file: string, pattern: RegExp): number {
  return Number(pattern.exec(fs.readFileSync(`/proc/${pid}/${file}`, 'latin1'))?.[1] ?? 0);
}

function tree(pid: number): number[] {
  const children = fs
    .readdirSync(`/proc/${pid}/task`)
    .flatMap((task) => fs.readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').split(' '))
    .filter((text) => text.trim() !== '')
    .map(Number);
  return [pid, ...children.flatMap(tree)];
}
