import type { LabelScore } from './label-event.ts';

/** The retained state of a camera: the newest verdict of each region and what is active. */
export interface CameraStateMessage {
  readonly camera: string;
  /** ISO 8601: arrival of the newest judged frame. */
  readonly at: string;
  /** Of the newest judged frame. */
  readonly sequence: number;
  /** `label`, `score` and `top` are those of the camera's first region that was judged, in the order of the configuration. */
  readonly label: string;
  readonly score: number;
  readonly top: readonly LabelScore[];
  /** Only regions that were judged at least once. */
  readonly regions: Readonly<Record<string, RegionStateMessage>>;
}

export interface RegionStateMessage {
  readonly label: string;
  readonly score: number;
  readonly top: readonly LabelScore[];
  readonly heads: Readonly<Record<string, { readonly label: string; readonly score: number }>>;
  readonly rules: Readonly<Record<string, { readonly active: boolean; readonly score: number; readonly eventId: string | null }>>;
}
