import type { CameraStream } from '../demo/camera-clip.ts';
import type { WatchedCamera } from './daemon-config.ts';

/** What the pipeline is measured with. */
export interface PipelineSettings {
  readonly boundMs: number;
  readonly sampleFps: number;
  readonly decode: WatchedCamera['decode'];
  readonly frameWidth: number;
  readonly maxCameras: number;
  /** Fewer than were asked for: more do not fit into the memory that is free. */
  readonly isShortOfMemory: boolean;
  /** Measured a step, after its warm-up. */
  readonly seconds: number;
  /** Only the number of cameras at the given rate: neither efficiency nor the highest rates of fixed numbers of cameras. */
  readonly brief: boolean;
  /** What each simulated camera sends. */
  readonly stream: CameraStream;
}

/** The fixed numbers of cameras whose highest rate is looked for. */
export const FIXED_CAMERAS: readonly number[] = [1, 4, 16];

/** Two starts of the engine, and each batch size alone. */
const START_SECONDS = 30;
/** Two more starts, and their warm-up. */
const EFFICIENCY_SECONDS = 30;
const CAMERA_STEPS = 7;
const RATE_STEPS = 3;
const WARM_UP_SECONDS = 7;

/** About how long it takes, s. */
export function expectedSeconds({ seconds, sampleFps, decode, stream, maxCameras, brief }: PipelineSettings): number {
  const triesKeyFrames = decode === 'auto' && sampleFps <= (1000 / stream.keyFrameMs) * 1.1;
  const step = seconds + WARM_UP_SECONDS + (triesKeyFrames ? 20 : 0);
  const cameraSeconds = START_SECONDS + Math.min(CAMERA_STEPS, 2 + 2 * Math.log2(maxCameras)) * step;
  if (brief) return cameraSeconds;
  const rateSteps = FIXED_CAMERAS.filter((count) => count <= maxCameras).length * RATE_STEPS;
  return cameraSeconds + EFFICIENCY_SECONDS + seconds + rateSteps * (seconds + WARM_UP_SECONDS);
}

/** What a decoder of one full-HD camera keeps in memory, with the daemon's share, bytes. */
const BYTES_A_CAMERA = 120 * 1024 * 1024;
/** Of the memory that is free. */
const MEMORY_SHARE = 0.7;

/** So many cameras at most fit into the memory that is free, ≥ 1. */
export function affordableCameras(freeBytes: number): number {
  return Math.max(1, Math.floor((freeBytes * MEMORY_SHARE) / BYTES_A_CAMERA));
}
