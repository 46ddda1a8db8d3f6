/**
 * `limit`: a viewer refused, too many of them or of cameras. `slow`: a viewer dropped, more than 8 MiB unread. `skipped`: a picture left out, because the viewer has not
 * read the ones before it. `group`: pictures from key frame to key frame that were too many to be kept for the next viewer. `transcoder`: a picture that JSMpeg's coder was too slow for.
 */
export type LiveDropReason = 'limit' | 'slow' | 'skipped' | 'group' | 'transcoder';

/** `passthrough` reads a camera, `mpeg1` codes anew for JSMpeg. */
export type LiveChildKind = 'passthrough' | 'mpeg1';

/** What full motion tells of itself; implemented by telemetry. */
export interface LiveObserver {
  liveViewers(camera: string, count: number): void;
  /** `by`: 1 when one starts, -1 when one has ended. */
  liveChildren(kind: LiveChildKind, by: 1 | -1): void;
  liveDropped(reason: LiveDropReason): void;
}
