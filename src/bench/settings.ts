import type { CameraStream } from '../demo/camera-clip.ts';
import type { WatchedCamera } from './daemon-config.ts';

/** What the pipeline is measured with. */
export interface PipelineSettings {
  readonly boundMs: number;
  readonly sampleFps: number;
  readonly decode: WatchedCamera['decode'];
  readonly frameWidth: number;
  readonly maxCameras: number;
  /** Measured a step, after its warm-up. */
  readonly seconds: number;
  /** What each simulated camera sends. */
  readonly stream: CameraStream;
}

/** The fixed numbers of cameras whose highest rate is looked for. */
export const FIXED_CAMERAS: readonly number[] = [1, 4, 16];

const START_SECONDS = 50;
const CAMERA_STEPS = 7;
const RATE_STEPS = 3;
const WARM_UP_SECONDS = 7;

/** About how long it takes, s. */
export function expectedSeconds({ seconds, sampleFps, decode, stream, maxCameras }: PipelineSettings): number {
  const triesKeyFrames = decode === 'auto' && sampleFps <= (1000 / stream.keyFrameMs) * 1.1;
  const step = seconds + WARM_UP_SECONDS + (triesKeyFrames ? 20 : 0);
  const cameraSteps = Math.min(CAMERA_STEPS, 2 + 2 * Math.log2(maxCameras));
  const rateSteps = FIXED_CAMERAS.filter((count) => count <= maxCameras).length * RATE_STEPS;
  return START_SECONDS + 2 * seconds + cameraSteps * step + rateSteps * (seconds + WARM_UP_SECONDS);
}

/** What a decoder of one full-HD camera keeps in memory, with the daemon's share, bytes. */
const BYTES_A_CAMERA = 120 * 1024 * 1024;
/** Of the memory that is free. */
const MEMORY_SHARE = 0.7;

/** So many cameras at most fit into the memory that is free, ≥ 1. */
export function affordableCameras(freeBytes: number): number {
  return Math.max(1, Math.floor((freeBytes * MEMORY_SHARE) / BYTES_A_CAMERA));
}
