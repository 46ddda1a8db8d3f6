// What the daemon sends, as far as these pages use it. test/dashboard/state/messages.test.ts holds it against the daemon's own types.

export interface LabelScore {
  readonly label: string;
  readonly score: number;
}

export interface Percentiles {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

export type CameraState = 'disabled' | 'connecting' | 'live' | 'backingOff' | 'authFailed' | 'offline';

export interface Rule {
  readonly labels: readonly string[];
  readonly enter: number;
  readonly exit: number;
  readonly active: boolean;
  readonly activeRegions: readonly string[];
}

export interface RegionState {
  readonly label: string;
  readonly score: number;
  readonly top: readonly LabelScore[];
  readonly heads: Readonly<Record<string, LabelScore>>;
  readonly rules: Readonly<Record<string, { readonly active: boolean; readonly score: number }>>;
}

export interface Stream {
  readonly codec: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly framesPerSecond: number | null;
  readonly keyFrameIntervalMs: number | null;
  readonly decode: 'all' | 'keyframes';
  readonly decodeAgeMs: number | null;
}

export interface Coverage {
  readonly state: 'watching' | 'reduced' | 'blind';
  /** ISO 8601, like all times. */
  readonly since: string;
  readonly reason: string | null;
}

export interface Camera {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly state: CameraState;
  readonly since: string;
  readonly error: { readonly code: string; readonly message: string; readonly at: string } | null;
  readonly nextTryAt: string | null;
  readonly restarts: number;
  readonly coverage: Coverage | null;
  readonly stream: Stream;
  readonly sampleFps: number;
  readonly maxLatencyMs: number;
  /** `message`: why its bound cannot be kept; null when it can, or nothing is known yet. */
  readonly bound: { readonly feasible: boolean | null; readonly smallestMs: number | null; readonly message: string | null };
  readonly at: string | null;
  readonly sequence: number | null;
  readonly label: string | null;
  readonly score: number | null;
  readonly top: readonly LabelScore[];
  readonly regions: Readonly<Record<string, RegionState>>;
  readonly rules: Readonly<Record<string, Rule>>;
  readonly framesReceived: number;
  readonly framesClassified: number;
  readonly receivedPerSecond: number;
  readonly classifiedPerSecond: number;
  readonly drops: Readonly<Record<string, number>>;
  readonly deadlineMissed: number;
  readonly latencyMs: { readonly p50: number | null; readonly p95: number | null };
}

export interface LatencyLedger {
  readonly total: number;
  readonly decode: number;
  readonly queue: number;
  readonly preprocess: number;
  readonly inference: number;
  readonly decide: number;
  readonly bound: number;
  readonly feasible: boolean;
}

export interface LabelEvent {
  readonly id: string;
  readonly sequence: number;
  readonly type: 'start' | 'update' | 'end';
  readonly camera: string;
  readonly region: string;
  readonly rule: string;
  readonly label: string;
  readonly score: number;
  readonly peakScore: number;
  readonly top: readonly LabelScore[];
  readonly startedAt: string;
  readonly at: string;
  readonly endedAt: string | null;
  readonly endReason: string | null;
  readonly frame: { readonly sequence: number; readonly receivedAt: string; readonly width: number; readonly height: number };
  readonly latencyMs: LatencyLedger;
  readonly batch: { readonly id: number; readonly size: number; readonly paddedTo: number; readonly flushReason: string };
  readonly model: { readonly name: string; readonly sha256: string; readonly backend: string; readonly device: string; readonly precision: string };
  readonly snapshot: string | null;
  readonly strip: string | null;
  /** Of these the API said that they are not kept (any more). Messages of the feed do not say. */
  readonly gone?: readonly PictureKind[];
}

export type PictureKind = 'snapshot' | 'strip';

export interface ClassificationMessage {
  readonly type: 'classification';
  readonly camera: string;
  readonly region: string;
  readonly frame: { readonly sequence: number; readonly receivedAt: string; readonly width: number; readonly height: number };
  readonly top: readonly LabelScore[];
  readonly heads: Readonly<Record<string, LabelScore>>;
  /** Of this region, after this frame. */
  readonly rules: Readonly<Record<string, { readonly active: boolean; readonly score: number }>>;
  readonly at: string;
  readonly latencyMs: LatencyLedger;
}

export interface Stats {
  readonly at: string;
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly cameras: { readonly total: number; readonly live: number; readonly byState: Readonly<Record<string, number>> };
  readonly framesPerSecond: { readonly received: number; readonly classified: number };
  readonly batches: {
    readonly count: number;
    readonly perSecond: number;
    readonly meanSize: number | null;
    readonly sizes: Readonly<Record<string, number>>;
    readonly flushReasons: Readonly<Record<string, number>>;
  };
  readonly latencyMs: Percentiles;
  readonly stagesMs: Readonly<Record<'queue' | 'preprocess' | 'inference' | 'commit' | 'puback', Percentiles>>;
  readonly drops: Readonly<Record<string, number>>;
  readonly deadlineMissed: number;
  readonly boundsInfeasible: number;
  readonly events: { readonly messages: number; readonly lastSequence: number; readonly oldestSequence: number; readonly storeId: string };
  readonly outbox: { readonly depth: number; readonly oldestSeconds: number };
  /** Null when MQTT is off. */
  readonly mqtt: { readonly connected: boolean; readonly error: string | null } | null;
  readonly websocket: { readonly clients: number; readonly dropped: Readonly<Record<string, number>> };
  readonly memory: { readonly rss: number; readonly heapUsed: number };
}

export interface HelloMessage {
  readonly type: 'hello';
  readonly version: string;
  readonly storeId: string;
  readonly cameras: readonly Camera[];
  readonly sequence: number;
  /** There is a login to end. */
  readonly loggedIn: boolean;
}

export type ServerMessage =
  | HelloMessage
  | { readonly type: 'gap'; readonly from: number; readonly to: number }
  | { readonly type: 'event'; readonly event: LabelEvent }
  | ClassificationMessage
  | { readonly type: 'camera'; readonly camera: Camera }
  | ({ readonly type: 'stats' } & Stats);

/** `GET /api/events`. */
export interface EventPage {
  readonly storeId: string;
  readonly sequence: number;
  readonly oldestSequence: number;
  readonly events: readonly LabelEvent[];
  /** By event, pictures that are named and not kept (any more). */
  readonly gone: Readonly<Record<string, readonly PictureKind[]>>;
}
