import { type ProcessUse, processTree, readMachineBusySeconds, readProcesses } from './process-use.ts';

/** Whose CPU time it is. `cameras` (the simulated ones) and `bench` are the measurement's own; a real installation has neither. */
export type Role = 'daemon' | 'engine' | 'ffmpeg' | 'cameras' | 'bench';

export const ROLES: readonly Role[] = ['daemon', 'engine', 'ffmpeg', 'cameras', 'bench'];

/** Cores used on average, by role; `others`: by programs that are no part of this, null where the system does not say. */
export type CoresUsed = Readonly<Record<Role, number>> & { readonly others: number | null };

/** CPU time of one moment, by process. */
export interface CpuSight {
  readonly atMono: number;
  readonly processes: ReadonlyMap<number, { readonly role: Role; readonly cpuSeconds: number }>;
  readonly machineBusySeconds: number | null;
}

export interface ProcessIds {
  readonly daemon: number;
  /** Null where the pictures come from elsewhere. */
  readonly cameras: number | null;
  readonly bench: number;
}

/** Null where there is no /proc. */
export function lookAtCpu(ids: ProcessIds, atMono: number): CpuSight | null {
  const all = readProcesses();
  return all && { atMono, processes: byRole(all, ids), machineBusySeconds: readMachineBusySeconds() };
}

/** The daemon's children are its engine and the sources of its cameras. */
export function byRole(all: readonly ProcessUse[], ids: ProcessIds): CpuSight['processes'] {
  const processes = new Map<number, { role: Role; cpuSeconds: number }>();
  const put = (role: Role) => (entry: ProcessUse) => void processes.set(entry.pid, { role, cpuSeconds: entry.cpuSeconds });
  all.filter(({ pid }) => pid === ids.bench).forEach(put('bench'));
  if (ids.cameras !== null) processTree(all, ids.cameras).forEach(put('cameras'));
  for (const entry of processTree(all, ids.daemon)) {
    const isEngine = entry.command.includes('engine-main');
    put(entry.pid === ids.daemon ? 'daemon' : isEngine ? 'engine' : 'ffmpeg')(entry);
  }
  return processes;
}

/** Cores used between two sights. A process that ended in between counts for nothing: what it used is not known. */
export function coresBetween(first: CpuSight, second: CpuSight): CoresUsed {
  const seconds = (second.atMono - first.atMono) / 1000;
  const used: Record<Role, number> = { daemon: 0, engine: 0, ffmpeg: 0, cameras: 0, bench: 0 };
  for (const [pid, { role, cpuSeconds }] of second.processes) used[role] += (cpuSeconds - (first.processes.get(pid)?.cpuSeconds ?? 0)) / seconds;
  const ours = ROLES.reduce((sum, role) => sum + used[role], 0);
  const [before, after] = [first.machineBusySeconds, second.machineBusySeconds];
  return { ...used, others: before === null || after === null ? null : Math.max(0, (after - before) / seconds - ours) };
}
