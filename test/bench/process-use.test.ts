import { expect, it } from 'vitest';
import {
  parseMachineStat,
  parseProcessStat,
  parseResidentBytes,
  processTree,
  readMachineBusySeconds,
  readProcesses,
  readResidentBytes,
} from '../../src/bench/process-use.ts';

it('reads the CPU time of a process whatever its name holds', () => {
  const line = '42 (a) b (c) S 7 42 42 0 -1 4194304 100 0 0 0 250 50 9 9 20 0 1 0 100';
  expect(parseProcessStat(line)).toEqual({ parent: 7, cpuSeconds: 3 });
});

it("adds up the machine's busy time without idling, waiting and what the hypervisor took", () => {
  expect(parseMachineStat('cpu  100 10 50 9000 700 5 35 400 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n')).toBe(2);
  expect(parseMachineStat('cpu  0 0 0 0 0 0 0 0 0 0\n')).toBeNull();
  expect(parseMachineStat('nothing of the kind')).toBeNull();
});

it('reads what of a process is in memory', () => {
  expect(parseResidentBytes('Name:\ta\nVmHWM:\t  900 kB\nVmRSS:\t  512 kB\nThreads:\t3\n')).toBe(524_288);
  expect(parseResidentBytes('Name:\tzombie\n')).toBeNull();
  expect(readResidentBytes(-1)).toBeNull();
});

it('finds all descendants', () => {
  const use = (pid: number, parent: number) => ({ pid, parent, command: '', cpuSeconds: 0 });
  const all = [use(1, 0), use(2, 1), use(3, 2), use(4, 1), use(5, 9)];
  expect(processTree(all, 2).map(({ pid }) => pid)).toEqual([2, 3]);
  expect(processTree(all, 77)).toEqual([]);
});

it.runIf(process.platform === 'linux')('finds this very process', () => {
  const own = readProcesses()?.find(({ pid }) => pid === process.pid);
  expect(own?.cpuSeconds).toBeGreaterThan(0);
  expect(own?.parent).toBe(process.ppid);
  expect(readResidentBytes(process.pid)).toBeGreaterThan(10_000_000);
  expect(readMachineBusySeconds()).toBeGreaterThan(0);
});
