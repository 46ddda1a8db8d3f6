import type { CameraView } from '../http/monitor-view.ts';
import type { CpuSight } from './cpu-sight.ts';

/** The daemon's counters at one moment; all rise from its start. */
export interface Sight {
  readonly atMono: number;
  readonly cameras: readonly CameraSight[];
  /** Seconds inside the network. */
  readonly engineBusySeconds: number;
  /** Batches by the number of pictures in them. */
  readonly batches: ReadonlyMap<number, number>;
  /** Null where the system does not account for processes. */
  readonly cpu: CpuSight | null;
}

export interface CameraSight {
  readonly id: string;
  readonly live: boolean;
  readonly decode: 'all' | 'keyframes';
  readonly received: number;
  readonly judged: number;
  readonly dropped: Readonly<Record<string, number>>;
}

export function cameraSight({ id, state, stream, framesReceived, framesClassified, drops }: CameraView): CameraSight {
  return { id, live: state === 'live', decode: stream.decode, received: framesReceived, judged: framesClassified, dropped: drops };
}

/** The sum of all series of one metric in Prometheus' text form; 0 when there is none. */
export function metricSum(exposition: string, name: string): number {
  const lines = exposition.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'gm'));
  return [...lines].reduce((sum, [, value]) => sum + Number(value), 0);
}
