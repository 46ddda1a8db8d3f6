import { type Signal, signal } from '@preact/signals';
import { type ActiveRule, activeRulesOf } from './active-rules.ts';
import type { Camera, ClassificationMessage } from './messages.ts';
import type { TileMessage } from './tile-message.ts';

export interface Tile extends TileMessage {
  /** When its frame reached the daemon, as far as is known, on this page's own clock (`performance.now()`): the daemon's may differ. */
  readonly atMs: number;
}

/** A camera and what is live of it. `tile` and `verdicts` move only while it is watched. */
export interface LiveCamera {
  readonly id: string;
  readonly camera: Signal<Camera>;
  readonly active: Signal<readonly ActiveRule[]>;
  /** Null before the first, and again after it was released: a picture that nobody sees is not kept. */
  readonly tile: Signal<Tile | null>;
  /** The newest by region. */
  readonly verdicts: Signal<ReadonlyMap<string, ClassificationMessage>>;
}

export function liveCamera(camera: Camera): LiveCamera {
  return { id: camera.id, camera: signal(camera), active: signal(activeRulesOf(camera)), tile: signal(null), verdicts: signal(new Map()) };
}

/** What the daemon says of it now. */
export function updateCamera(live: LiveCamera, camera: Camera): void {
  live.camera.value = camera;
  live.active.value = activeRulesOf(camera);
}
