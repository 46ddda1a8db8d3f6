import type { CameraView } from '../src/http/monitor-view.ts';
import type { Daemon } from '../test/helpers/daemon.ts';
import { processTree } from '../test/helpers/process-tree.ts';

/** One look at a running daemon from outside. */
export interface Sight {
  readonly atMs: number;
  /** Verdicts since its start, over all cameras and by camera. */
  readonly classified: number;
  readonly byCamera: Readonly<Record<string, number>>;
  readonly batches: number;
  /** Seconds inside the network since its start. */
  readonly engineBusyS: number;
  readonly cpuS: Readonly<Record<Role, number>>;
  readonly rssMiB: Readonly<Record<Role, number>>;
}

export type Role = 'daemon' | 'engine' | 'ffmpeg';

export async function lookAt(daemon: Daemon): Promise<Sight> {
  const { cameras } = await daemon.json<{ cameras: CameraView[] }>('/api/cameras');
  const { text } = await daemon.get('/metrics');
  const sum = (name: string) =>
    [...text.matchAll(new RegExp(`^framewatch_${name}(?:\\{[^}]*\\})? (\\S+)`, 'gm'))].reduce((total, [, value]) => total + Number(value), 0);
  const [cpuS, rssMiB] = [
    { daemon: 0, engine: 0, ffmpeg: 0 },
    { daemon: 0, engine: 0, ffmpeg: 0 },
  ];
  for (const { pid, command, cpuSeconds, rssBytes } of processTree(daemon.pid)) {
    const role: Role = pid === daemon.pid ? 'daemon' : command.includes('engine-main') ? 'engine' : 'ffmpeg';
    cpuS[role] += cpuSeconds;
    rssMiB[role] += rssBytes / 1024 / 1024;
  }
  return {
    atMs: performance.now(),
    classified: sum('frames_classified_total'),
    byCamera: Object.fromEntries(cameras.map(({ id, framesClassified }) => [id, framesClassified])),
    batches: sum('batch_size_count'),
    engineBusyS: sum('engine_busy_seconds_total'),
    ...{ cpuS, rssMiB },
  };
}

/** What happened between two sights. */
export function between(first: Sight, second: Sight) {
  const seconds = (second.atMs - first.atMs) / 1000;
  const classified = second.classified - first.classified;
  const cores = (role: Role) => (second.cpuS[role] - first.cpuS[role]) / seconds;
  return {
    seconds,
    framesPerSecond: classified / seconds,
    meanBatch: classified / Math.max(1, second.batches - first.batches),
    engineBusyShare: (second.engineBusyS - first.engineBusyS) / seconds,
    cores: { daemon: cores('daemon'), engine: cores('engine'), ffmpeg: cores('ffmpeg') },
  };
}
