/** One picture of one camera, as it left the decoder. Immutable: several regions and the live view share it. */
export interface Frame {
  readonly cameraId: string;
  /** Rises by one a frame of this camera, over restarts of its source. */
  readonly sequence: number;
  /** Wall clock, ms since the epoch: arrival of the packet that carries the picture. For people; never for arithmetic. */
  readonly receivedAt: number;
  /** The same moment on the monotonic clock, ms. */
  readonly receivedMono: number;
  /** When the whole picture had left the decoder, monotonic ms. */
  readonly decodedMono: number;
  readonly width: number;
  readonly height: number;
  /** RGB24, row by row, `width × height × 3` bytes. Written over by a later picture unless it is held: see picture-memory.ts. */
  readonly pixels: Uint8Array;
}
