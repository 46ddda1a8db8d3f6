import type { Secret } from '../util/secret.ts';
import type { DeviceClass } from './device-classes.ts';

/** The whole configuration after defaults, merging and substitution. Deeply frozen; paths are absolute. */
export interface Config {
  /** The file it came from, absolute; null for an embedded one (the demo). */
  readonly file: string | null;
  readonly instance: string;
  readonly model: string;
  readonly modelsDir: string;
  readonly stateDir: string;
  readonly engine: EngineConfig;
  readonly batching: BatchingConfig;
  readonly mqtt: MqttConfig;
  readonly http: HttpConfig;
  readonly history: HistoryConfig;
  readonly log: LogConfig;
  readonly ffmpeg: FfmpegConfig;
  readonly heads: Readonly<Record<string, { readonly labels: readonly string[] }>>;
  readonly cameras: readonly CameraConfig[];
}

export interface EngineConfig {
  readonly backend: 'auto' | 'tensorflow' | 'onnx' | 'wasm';
  readonly device: 'auto' | 'gpu' | 'cpu';
  readonly onUnavailable: 'fail' | 'cpu';
  readonly precision: 'auto' | 'float32' | 'int8';
  /** 0 = all cores. */
  readonly threads: number;
}

export interface BatchingConfig {
  readonly maxBatchSize: number;
  /** Ascending, distinct, none above maxBatchSize. */
  readonly allowedBatchSizes: readonly number[];
  readonly policy: 'deadline' | 'timeout' | 'eager';
  /** For `timeout`: how long the oldest entry waits before a batch that is not full starts, ms. */
  readonly maxQueueDelayMs: number;
}

export interface MqttConfig {
  readonly enabled: boolean;
  /** `embedded` starts the built-in broker on `embeddedPort`. */
  readonly url: string;
  readonly embeddedPort: number;
  readonly username: string | null;
  readonly password: Secret | null;
  readonly clientId: string | null;
  readonly protocolVersion: 4 | 5;
  readonly baseTopic: string;
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  readonly discovery: { readonly enabled: boolean; readonly prefix: string };
  readonly classifications: boolean;
  /** No start or update is told to the broker when it is so old, s; null: all are, however late. */
  readonly expireEventsAfterSeconds: number | null;
}

export interface HttpConfig {
  readonly enabled: boolean;
  readonly host: string;
  readonly port: number;
  readonly auth: { readonly mode: 'token' | 'none'; readonly tokenFile: string };
  readonly allowedOrigins: readonly string[];
  readonly allowedHosts: readonly string[];
  readonly trustProxy: boolean;
  readonly tls: { readonly cert: string | null; readonly key: string | null };
}

export interface HistoryConfig {
  readonly retentionDays: number;
  readonly snapshots: boolean;
  readonly snapshotRetentionDays: number;
  /** How long the scores of every judged frame are kept, days; 0: they are not. */
  readonly scoreTraceDays: number;
  readonly maxBytes: number;
}

export interface LogConfig {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly format: 'auto' | 'pretty' | 'json';
}

export interface FfmpegConfig {
  readonly path: string | null;
  readonly hwaccel: 'none' | 'auto' | 'cuda' | 'vaapi' | 'qsv' | 'videotoolbox';
}

export interface CameraConfig {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  /** rtsp, rtsps, http, https or file URL, without credentials: those are in `username` and `password`. */
  readonly url: string;
  readonly username: string | null;
  readonly password: Secret | null;
  readonly liveUrl: string | null;
  readonly transport: 'tcp' | 'udp';
  readonly sampleFps: number;
  readonly decode: 'auto' | 'all' | 'keyframes';
  readonly maxLatencyMs: number;
  readonly weight: number;
  readonly frameWidth: number;
  readonly motion: { readonly enabled: boolean; readonly threshold: number; readonly refreshSeconds: number };
  /** Those that are judged, in the order of the file; `full` included when it is judged. */
  readonly regions: readonly RegionConfig[];
  readonly rules: readonly RuleConfig[];
}

export interface RegionConfig {
  readonly id: string;
  /** null: the whole picture. */
  readonly crop: readonly [x: number, y: number, width: number, height: number] | null;
  readonly heads: readonly string[];
}

export interface RuleConfig {
  readonly id: string;
  readonly labels: readonly string[];
  readonly regions: readonly string[];
  readonly enter: number;
  readonly minFrames: number;
  readonly enterForMs: number;
  readonly exit: number;
  readonly offDelayMs: number;
  readonly cooldownMs: number;
  readonly maxDurationMs: number;
  /** What Home Assistant takes the rule for; null: for something that is on or off. */
  readonly deviceClass: DeviceClass | null;
}

/** What the configuration must know of the chosen model to be complete: its labels and the rules a camera without rules gets. */
export interface ModelFacts {
  readonly labels: readonly string[];
  readonly defaultRules: Readonly<Record<string, Partial<Omit<RuleConfig, 'id'>> & { readonly labels: readonly string[] }>>;
}
