/** A piece of a live stream that is passed on as a whole. Who starts, or goes on after a gap, does so at one with `isKey`. */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly isKey: boolean;
}
