import { expect, it } from 'vitest';
import { byRole, type CpuSight, coresBetween } from '../../src/bench/cpu-sight.ts';

const use = (pid: number, parent: number, command: string, cpuSeconds: number) => ({ pid, parent, command, cpuSeconds });

it('tells the daemon, its engine and its decoders from the simulated cameras and the measurement', () => {
  const all = [
    use(10, 1, 'node main.js bench', 1),
    use(20, 10, 'node main.js run', 2),
    use(21, 20, 'node /x/engine/engine-main.js', 3),
    use(22, 20, 'ffmpeg -i rtsp://engine', 4),
    use(30, 10, 'node camera-host-main.js', 5),
    use(99, 1, 'somebody else', 6),
  ];
  const roles = byRole(all, { daemon: 20, cameras: 30, bench: 10 });
  expect([...roles].map(([pid, { role }]) => [pid, role])).toEqual([
    [10, 'bench'],
    [30, 'cameras'],
    [20, 'daemon'],
    [21, 'engine'],
    [22, 'ffmpeg'],
  ]);
});

const sight = (atMono: number, machineBusySeconds: number | null, processes: [number, 'daemon' | 'ffmpeg', number][]): CpuSight => ({
  atMono,
  machineBusySeconds,
  processes: new Map(processes.map(([pid, role, cpuSeconds]) => [pid, { role, cpuSeconds }])),
});

it('divides CPU time by wall time; a decoder that was born in between counts from its birth', () => {
  const first = sight(1000, 100, [
    [1, 'daemon', 5],
    [2, 'ffmpeg', 7],
  ]);
  const second = sight(11_000, 112, [
    [1, 'daemon', 6],
    [2, 'ffmpeg', 11],
    [3, 'ffmpeg', 2],
  ]);
  expect(coresBetween(first, second)).toEqual({
    daemon: 0.1,
    engine: 0,
    ffmpeg: expect.closeTo(0.6),
    cameras: 0,
    bench: 0,
    others: expect.closeTo(0.5),
  });
});

it('never takes less than nothing from a decoder that ended, nor from other programs', () => {
  const first = sight(0, 100, [
    [1, 'daemon', 5],
    [2, 'ffmpeg', 50],
  ]);
  const second = sight(10_000, 100.5, [[1, 'daemon', 6]]);
  expect(coresBetween(first, second)).toMatchObject({ ffmpeg: 0, others: 0 });
  expect(coresBetween(first, sight(10_000, null, [])).others).toBeNull();
});
