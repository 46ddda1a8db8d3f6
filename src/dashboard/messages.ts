/** What the daemon sends, as far as this page uses it. */
export interface LabelScore {
  readonly label: string;
  readonly score: number;
}

export interface Camera {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly error: { readonly message: string } | null;
  readonly nextTryAt: string | null;
  readonly coverage: { readonly state: string; readonly since: string; readonly reason: string | null } | null;
  /** `message`: why its bound cannot be kept; null when it can, or nothing is known yet. */
  readonly bound: { readonly message: string | null };
  readonly regions: Readonly<Record<string, LabelScore>>;
  readonly rules: Readonly<Record<string, { readonly active: boolean; readonly activeRegions: readonly string[] }>>;
}

export interface LabelEvent {
  readonly id: string;
  readonly sequence: number;
  readonly type: 'start' | 'update' | 'end';
  readonly camera: string;
  readonly region: string;
  readonly rule: string;
  readonly label: string;
  readonly peakScore: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly endReason: string | null;
  readonly snapshot: string | null;
  readonly strip?: string | null;
}

export interface Classification {
  readonly camera: string;
  readonly region: string;
  readonly top: readonly LabelScore[];
  readonly latencyMs: { readonly total: number };
}

export interface Stats {
  readonly cameras: { readonly total: number; readonly live: number };
  readonly framesPerSecond: { readonly received: number; readonly classified: number };
  readonly latencyMs: { readonly p95: number | null };
  readonly boundsInfeasible: number;
}

export interface Hello {
  readonly storeId: string;
  readonly cameras: readonly Camera[];
  readonly sequence: number;
}

export type ServerMessage =
  | ({ readonly type: 'hello' } & Hello)
  | { readonly type: 'gap'; readonly from: number; readonly to: number }
  | { readonly type: 'event'; readonly event: LabelEvent }
  | ({ readonly type: 'classification' } & Classification)
  | { readonly type: 'camera'; readonly camera: Camera }
  | ({ readonly type: 'stats' } & Stats);

export interface Tile {
  readonly camera: string;
  readonly jpeg: Blob;
}

/** A binary frame: version 1, length of the id, id, 8 bytes frame sequence, JPEG. Null when it is another version or cut short. */
export function readTile(bytes: ArrayBuffer): Tile | null {
  const view = new Uint8Array(bytes);
  const idLength = view[1] ?? 0;
  const start = 2 + idLength + 8;
  if (view[0] !== 1 || view.length <= start) return null;
  return { camera: new TextDecoder().decode(view.subarray(2, 2 + idLength)), jpeg: new Blob([view.subarray(start)], { type: 'image/jpeg' }) };
}
