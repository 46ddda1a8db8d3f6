import type { SlotSpec } from '../../src/batching/batch.ts';
import type { Random } from './random.ts';

/** How one camera's frames come. Times in ms. */
export interface SimulatedCamera {
  readonly spec: SlotSpec;
  readonly periodMs: number;
  readonly phaseMs: number;
  /** Each frame comes up to so much early or late: the grid of the camera's own frame rate, encoder and network. */
  readonly jitterMs: number;
  /** This share of frames is held up on the way by up to `holdUpMs` more. */
  readonly holdUpShare: number;
  readonly holdUpMs: number;
  /** It lives for `liveMs` on average, and is then gone for `deadMs`; null: it never dies. */
  readonly mortality: { readonly liveMs: number; readonly deadMs: number } | null;
}

export interface Arrival {
  /** Index of the camera in the scenario. */
  readonly camera: number;
  /** When the packet came that carries the picture. */
  readonly receivedMs: number;
  /** When the decoded picture is offered to the batcher. */
  readonly offeredMs: number;
}

/** From packet to decoded picture, ms. */
const DECODE_MS = { least: 5, most: 12 };

/** All arrivals of one camera before `durationMs`, in the order in which they are offered. */
export function arrivalsOf(camera: number, how: SimulatedCamera, durationMs: number, random: Random): Arrival[] {
  const { periodMs, phaseMs, jitterMs, holdUpShare, holdUpMs, mortality } = how;
  const arrivals: Arrival[] = [];
  let untilMs = mortality === null ? Number.POSITIVE_INFINITY : random.exponential(mortality.liveMs);
  let receivedMs = 0;
  let offeredMs = 0;
  for (let index = 0; ; index++) {
    const dueMs = phaseMs + index * periodMs;
    if (dueMs > durationMs) return arrivals;
    const lateMs = jitterMs * random.between(-1, 1) + (random.next() < holdUpShare ? holdUpMs * random.next() : 0);
    // Frames never overtake each other.
    receivedMs = Math.max(receivedMs + 1, dueMs + lateMs);
    offeredMs = Math.max(offeredMs, receivedMs + random.between(DECODE_MS.least, DECODE_MS.most));
    if (mortality !== null && dueMs > untilMs + mortality.deadMs) untilMs = dueMs + random.exponential(mortality.liveMs);
    if (dueMs > untilMs || offeredMs > durationMs) continue;
    arrivals.push({ camera, receivedMs, offeredMs });
  }
}
