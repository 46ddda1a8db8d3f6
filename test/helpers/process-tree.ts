import { readdirSync, readFileSync } from 'node:fs';

const CLOCK_TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

export interface ProcessUse {
  readonly pid: number;
  readonly command: string;
  /** User and system time, s. */
  readonly cpuSeconds: number;
  readonly rssBytes: number;
}

/** Every living descendant of `pid`, itself first, as /proc shows it. */
export function processTree(pid: number): readonly ProcessUse[] {
  const all = new Map<number, ProcessUse & { readonly parent: number }>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const rssBytes = Number(readFileSync(`/proc/${name}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES;
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
      all.set(Number(name), { pid: Number(name), parent: Number(fields[1]), command, cpuSeconds, rssBytes });
    } catch {
      // Ended while we looked.
    }
  }
  const belongs = (id: number): boolean => {
    const parent = all.get(id)?.parent;
    return parent !== undefined && parent !== 0 && (parent === pid || belongs(parent));
  };
  const top = all.get(pid);
  return [...(top ? [top] : []), ...[...all.values()].filter((entry) => belongs(entry.pid))];
}
