import type { CoverageChange, CoverageView } from '../events/coverage.ts';
import type { LabelScore } from '../events/label-event.ts';
import type { ScoreCourse } from '../events/score-course.ts';
import type { TimeSpan } from '../events/trace-extent.ts';
import type { RegionStateMessage } from '../sinks/publisher.ts';
import type { CoverageQuery } from '../store/coverage-store.ts';
import type { EventStore } from '../store/event-store.ts';
import type { Outbox } from '../store/outbox.ts';
import type { CameraState } from '../stream/camera-status.ts';

/** All that the HTTP side may know of the running daemon, and the one thing that it may change: values only, no secrets. `monitor.ts` implements it. */
export interface MonitorView {
  /** Of the program, for `hello`. */
  readonly version: string;
  readonly history: EventHistory;
  readonly coverage: CoverageHistory;
  readonly scores: ScoreHistory;
  readonly outbox: OutboxView;
  /** In the order of the configuration. */
  cameras(): readonly CameraView[];
  camera(id: string): CameraView | undefined;
  /** What the children that read the camera wrote last; null when there is none of this id. */
  cameraLog(id: string): CameraLog | null;
  /** Pauses or resumes a camera; null when there is none of this id. */
  setEnabled(cameraId: string, enabled: boolean): Promise<SwitchOutcome | null>;
  /** The newest frame that the network saw, as JPEG, made when asked; null when there is none yet or the camera is unknown. */
  newestPicture(cameraId: string): Promise<Picture | null>;
  stats(): StatsView;
  configuration(): ConfigurationView;
  readiness(): Readiness;
  /** Whether the process makes progress: false is answered with 503 so that somebody restarts it. */
  liveness(): boolean;
  /** Prometheus text exposition. */
  metrics(): Promise<string>;
}

export interface SwitchOutcome {
  readonly enabled: boolean;
  /** It is on disk, and so survives a restart; else it is in force all the same, and is stored as soon as the disk lets it. */
  readonly stored: boolean;
}

/** The reading half of the store. */
export type EventHistory = Pick<
  EventStore,
  'storeId' | 'lastSequence' | 'oldestSequence' | 'query' | 'course' | 'loadSnapshot' | 'loadStrip' | 'keptPictures'
>;

/** The reading half of the outbox. */
export type OutboxView = Pick<Outbox, 'depth' | 'oldestMs' | 'outgrown' | 'deadLetters'>;

/** The reading half of the record of coverage. */
export interface CoverageHistory {
  /** Up to here the record goes, on its clock, ms. */
  now(): number;
  /** See CoverageStore. */
  query(query: CoverageQuery): Promise<readonly CoverageChange[] | 'tooMany'>;
}

/** The scores of every judged frame, as far as they are kept. */
export interface ScoreHistory {
  /** False: `history.scoreTraceDays` is 0. */
  readonly kept: boolean;
  /** On the clock of the scores, ms. */
  now(): number;
  /** Null: there is no such camera. `'tooMany'`: there is too much in this time. Throws FramewatchError STORE_UNAVAILABLE, STORE_CORRUPT. */
  query(camera: string, span: TimeSpan): Promise<CameraScores | 'tooMany' | null>;
}

export interface CameraScores {
  /** Frames that are further apart are not consecutive: of the time between nothing is known. */
  readonly maxGapMs: number;
  /** Each rule in each of its regions, in the order of the configuration. */
  readonly rules: readonly RuleScores[];
}

export interface RuleScores {
  readonly rule: string;
  readonly region: string;
  readonly labels: readonly string[];
  readonly enter: number;
  readonly exit: number;
  readonly course: ScoreCourse;
}

export interface Picture {
  readonly frameSequence: number;
  readonly jpeg: Uint8Array;
}

export interface Readiness {
  readonly ready: boolean;
  /** Sentences for a person, redacted: why not; may be non-empty although ready (running with a fallback). */
  readonly reasons: readonly string[];
}

/** A camera as `/api/cameras` and the WebSocket show it. Times are ISO 8601. */
export interface CameraView extends CameraNumbers {
  readonly id: string;
  readonly name: string;
  /** The switch: what the operator wants. `state` is what is. */
  readonly enabled: boolean;
  readonly state: CameraState;
  readonly since: string;
  readonly error: { readonly code: string; readonly message: string; readonly at: string } | null;
  readonly nextTryAt: string | null;
  readonly restarts: number;
  /** Whether it is judged, since when, and why not; null before its record begins. */
  readonly coverage: CoverageView | null;
  readonly stream: StreamView;
  readonly sampleFps: number;
  readonly maxLatencyMs: number;
  /** Whether `maxLatencyMs` can be kept at all: told apart from `deadlineMissed`, which load causes, too. */
  readonly bound: BoundView;
  /** Of the newest judged frame, first region; null before the first verdict. */
  readonly at: string | null;
  readonly sequence: number | null;
  readonly label: string | null;
  readonly score: number | null;
  readonly top: readonly LabelScore[];
  readonly regions: Readonly<Record<string, RegionStateMessage>>;
  readonly rules: Readonly<Record<string, RuleView>>;
}

/** Whether an idle engine could keep the camera's bound. All null until it was judged, and while the camera is switched off. */
export interface BoundView {
  readonly feasible: boolean | null;
  /** The smallest bound that could be kept, ms: what decoding, preprocessing and the smallest batch take (95th percentiles). */
  readonly smallestMs: number | null;
  /** ISO 8601: since when `feasible` is what it is. */
  readonly since: string | null;
  /** A sentence for a person, with figures and what to do; null unless `feasible` is false. */
  readonly message: string | null;
}

/** For `/api/cameras/:id/log`. Times are ISO 8601. */
export interface CameraLog {
  readonly camera: string;
  /** Newest first: the ffmpeg that runs and the one before it. Empty when none has run since the start. */
  readonly children: readonly {
    readonly startedAt: string;
    /** Null while it runs. */
    readonly endedAt: string | null;
    /** Lines that it wrote and that are not kept. */
    readonly omitted: number;
    /** Oldest first, redacted. */
    readonly lines: readonly { readonly at: string; readonly text: string }[];
  }[];
}

/** What the stream shows of itself; null until measured. */
export interface StreamView {
  readonly codec: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly framesPerSecond: number | null;
  readonly keyFrameIntervalMs: number | null;
  readonly decode: 'all' | 'keyframes';
  readonly decodeAgeMs: number | null;
}

export interface RuleView {
  readonly labels: readonly string[];
  readonly enter: number;
  readonly exit: number;
  /** In any of its regions. */
  readonly active: boolean;
  readonly activeRegions: readonly string[];
}

/** A camera's counters since the start, rates over the last ten seconds, latencies over the last minute. */
export interface CameraNumbers {
  readonly framesReceived: number;
  /** Verdicts: a frame judged in two regions counts twice. */
  readonly framesClassified: number;
  readonly receivedPerSecond: number;
  readonly classifiedPerSecond: number;
  readonly drops: Readonly<Record<string, number>>;
  readonly deadlineMissed: number;
  readonly latencyMs: { readonly p50: number | null; readonly p95: number | null };
}

/** For `/api/config`. */
export interface ConfigurationView {
  /** Null when there is none: it was built in. */
  readonly file: string | null;
  /** What is in force, in the form of the file, with all defaults; logins are `***`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** How the newest reload ended; its fields are the monitor's (monitor/config-record.ts). Null when there was none. */
  readonly reload: object | null;
}

/** The numbers behind the dashboard; its fields are telemetry's (telemetry/stats.ts). */
export type StatsView = object;

/** What the HTTP side tells of itself; implemented by telemetry. */
export interface HttpObserver {
  websocketClients(count: number): void;
  /** A client that was dropped or refused, or a tile that was not sent, and why. */
  websocketDropped(reason: WebsocketDropReason): void;
}

/**
 * `slow`: more than 2 MiB unread. `unresponsive`: no pong. `protocol`: a message that is none, or too many of them.
 * `limit`: refused, too many sockets. `tile`: one picture left out, because the client has not read the ones before it.
 */
export type WebsocketDropReason = 'slow' | 'unresponsive' | 'protocol' | 'limit' | 'tile';
