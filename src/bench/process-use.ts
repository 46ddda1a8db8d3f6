import { readdirSync, readFileSync } from 'node:fs';

/** One process as the system accounts for it. */
export interface ProcessUse {
  readonly pid: number;
  readonly parent: number;
  /** Its arguments, separated by blanks. */
  readonly command: string;
  /** User and system time since its start, s. */
  readonly cpuSeconds: number;
}

/** USER_HZ: the unit of /proc on every Linux that Node runs on, whatever the kernel's own clock. */
const TICKS_PER_SECOND = 100;
const NO_BYTES = '\0';

/** Every process of this machine; null where there is no /proc (not Linux). */
export function readProcesses(): readonly ProcessUse[] | null {
  let names: string[];
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return null;
  }
  const all = names.flatMap((name) => {
    try {
      const { parent, cpuSeconds } = parseProcessStat(readFileSync(`/proc/${name}/stat`, 'utf8'));
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll(NO_BYTES, ' ').trim();
      return [{ pid: Number(name), parent, command, cpuSeconds }];
    } catch {
      // Ended while we looked.
      return [];
    }
  });
  return all.length === 0 ? null : all;
}

/** Seconds of all cores together in which the machine was not idle, since it started; null where the system does not say. */
export function readMachineBusySeconds(): number | null {
  try {
    return parseMachineStat(readFileSync('/proc/stat', 'utf8'));
  } catch {
    return null;
  }
}

/** Memory of a process that is in RAM now, its shared libraries included, bytes (VmRSS of proc(5)); null where the system does not say. */
export function readResidentBytes(pid: number): number | null {
  try {
    return parseResidentBytes(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return null;
  }
}

/** /proc/PID/status. */
export function parseResidentBytes(text: string): number | null {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1];
  return kib === undefined ? null : Number(kib) * 1024;
}

/** One line of /proc/PID/stat (proc(5)). The program's name, in brackets, may hold anything. */
export function parseProcessStat(text: string): { readonly parent: number; readonly cpuSeconds: number } {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(fields[1]), cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND };
}

/** /proc/stat: user, nice, system, irq and softirq; what a hypervisor took (steal) was not ours to use, and guests stand in user already. */
export function parseMachineStat(text: string): number | null {
  const fields = /^cpu +(.*)$/m.exec(text)?.[1]?.split(' ').map(Number);
  if (!fields) return null;
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = fields;
  const busy = (user + nice + system + irq + softirq) / TICKS_PER_SECOND;
  return busy > 0 ? busy : null;
}

/** The process `pid` and all its living descendants. */
export function processTree(all: readonly ProcessUse[], pid: number): readonly ProcessUse[] {
  const children = all.filter(({ parent }) => parent === pid);
  return [...all.filter((entry) => entry.pid === pid), ...children.flatMap((child) => processTree(all, child.pid))];
}
