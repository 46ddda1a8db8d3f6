import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WebSocket } from 'ws';
import type { HttpConfig } from '../../src/config/config.ts';
import type { CoverageChange } from '../../src/events/coverage.ts';
import type { LabelEvent } from '../../src/events/label-event.ts';
import type { TimeSpan } from '../../src/events/trace-extent.ts';
import { cameraView } from '../../src/http/camera-view.ts';
import { Feed } from '../../src/http/feed.ts';
import { HttpServer } from '../../src/http/http-server.ts';
import type {
  CameraLog,
  CameraScores,
  CameraView,
  ConfigurationView,
  CoverageHistory,
  EventHistory,
  HttpObserver,
  MonitorView,
  OutboxView,
  Picture,
  Readiness,
  ScoreHistory,
  SwitchOutcome,
} from '../../src/http/monitor-view.ts';
import type { LiveDoor } from '../../src/live/live-cameras.ts';
import type { CoverageQuery } from '../../src/store/coverage-store.ts';
import type { EventQuery } from '../../src/store/event-store.ts';
import type { PictureKind } from '../../src/store/picture-kind.ts';
import { type Clock, systemClock } from '../../src/util/clock.ts';
import { type Logger, silentLogger } from '../../src/util/logger.ts';
import { Redactor } from '../../src/util/redactor.ts';

export const EVENT_ID = '01JD8Q4Z3M5R7T9V1X2Y4Z6A8B';

export function labelEvent(sequence: number, over: Partial<LabelEvent> = {}): LabelEvent {
  return {
    schema: 1,
    id: EVENT_ID,
    sequence,
    type: 'start',
    camera: 'front_door',
    region: 'full',
    rule: 'unsafe',
    label: 'Porn',
    score: 0.9,
    peakScore: 0.9,
    top: [{ label: 'Porn', score: 0.9 }],
    startedAt: '2026-11-22T06:11:00.123Z',
    at: '2026-11-22T06:11:00.123Z',
    endedAt: null,
    endReason: null,
    frame: { sequence: 812, receivedAt: '2026-11-22T06:11:00.039Z', width: 640, height: 360 },
    latencyMs: { total: 92, decode: 9, queue: 12, preprocess: 4, inference: 66.9, decide: 0.1, bound: 500, feasible: true },
    batch: { id: 9001, size: 5, paddedTo: 8, flushReason: 'deadline' },
    model: { name: 'm', sha256: 'ab', backend: 'onnx', device: 'cpu', precision: 'float32' },
    snapshot: null,
    strip: null,
    ...over,
  };
}

export function exampleCamera(id: string, name: string = id): CameraView {
  const url = 'rtsp://192.0.2.1/stream?token=query-secret';
  const common = { enabled: true, username: 'viewer', password: null, liveUrl: null, transport: 'tcp', decode: 'auto' } as const;
  const rule = { id: 'unsafe', labels: ['Porn'], regions: ['full'], enter: 0.8, minFrames: 3, enterForMs: 0, exit: 0.6 } as const;
  return cameraView(
    {
      ...common,
      id,
      name,
      url,
      sampleFps: 2,
      maxLatencyMs: 500,
      weight: 1,
      frameWidth: 640,
      motion: { enabled: false, threshold: 0.01, refreshSeconds: 10 },
      regions: [{ id: 'full', crop: null, heads: [] }],
      rules: [{ ...rule, offDelayMs: 3000, cooldownMs: 30000, maxDurationMs: 0, deviceClass: null }],
    },
    true,
    {
      cameraId: id,
      state: 'live',
      since: 0,
      error: null,
      nextTryAt: null,
      restarts: 0,
      codec: 'h264',
      sourceWidth: 1920,
      sourceHeight: 1080,
      framesPerSecond: 25,
      keyFrameIntervalMs: 1000,
      decode: 'all',
      decodeAgeMs: 9,
    },
    null,
    { feasible: true, smallestMs: 74.5, since: '2026-01-01T00:00:00.000Z', message: null },
    { state: 'watching', since: '2026-11-22T06:11:00.000Z', reason: null },
    {
      framesReceived: 0,
      framesClassified: 0,
      receivedPerSecond: 0,
      classifiedPerSecond: 0,
      drops: {},
      deadlineMissed: 0,
      latencyMs: { p50: null, p95: null },
    },
  );
}

/** A history in memory. `beforeQuery` runs before each page is read: the place for what happens meanwhile. */
export class MemoryHistory implements EventHistory {
  readonly storeId: string = 'store-1';
  readonly events: LabelEvent[] = [];
  readonly snapshots: Map<string, Uint8Array> = new Map<string, Uint8Array>();
  readonly strips: Map<string, Uint8Array> = new Map<string, Uint8Array>();
  readonly queries: EventQuery[] = [];
  beforeQuery: (query: EventQuery) => void | Promise<void> = () => {};

  get lastSequence(): number {
    return this.events.at(-1)?.sequence ?? 0;
  }

  get oldestSequence(): number {
    return this.events[0]?.sequence ?? this.lastSequence + 1;
  }

  async query(query: EventQuery): Promise<readonly LabelEvent[]> {
    this.queries.push(query);
    await this.beforeQuery(query);
    const { after } = query;
    const found = after === undefined ? this.events.toReversed() : this.events.filter(({ sequence }) => sequence > after);
    return found.slice(0, query.limit);
  }

  async course(id: string): Promise<readonly LabelEvent[]> {
    return this.events.filter((event) => event.id === id);
  }

  async loadSnapshot(id: string): Promise<Uint8Array | null> {
    return this.snapshots.get(id) ?? null;
  }

  async loadStrip(id: string): Promise<Uint8Array | null> {
    return this.strips.get(id) ?? null;
  }

  async keptPictures(ids: readonly string[]): Promise<ReadonlyMap<string, readonly PictureKind[]>> {
    const kinds = (id: string) => [...(this.snapshots.has(id) ? (['snapshot'] as const) : []), ...(this.strips.has(id) ? (['strip'] as const) : [])];
    return new Map(ids.map((id) => [id, kinds(id)]));
  }
}

export class MemoryView implements MonitorView {
  readonly version: string = '1.2.3';
  /** Of the record; `changes` is what it answers. */
  readonly coverage: CoverageHistory & { readonly queries: CoverageQuery[]; nowMs: number; changes: readonly CoverageChange[] | 'tooMany' } = {
    queries: [],
    nowMs: Date.UTC(2026, 10, 22, 12),
    changes: [],
    now: () => this.coverage.nowMs,
    query: async (query) => {
      this.coverage.queries.push(query);
      return this.coverage.changes;
    },
  };
  /** `cameras` is what it answers. */
  readonly scores: ScoreHistory & { kept: boolean; nowMs: number; readonly asked: TimeSpan[]; cameras: Record<string, CameraScores | 'tooMany'> } = {
    kept: true,
    nowMs: Date.UTC(2026, 10, 22, 12),
    asked: [],
    cameras: {},
    now: () => this.scores.nowMs,
    query: async (camera, span) => {
      this.scores.asked.push(span);
      return this.scores.cameras[camera] ?? null;
    },
  };
  outbox: OutboxView = { depth: 0, oldestMs: null, outgrown: 0, deadLetters: () => Promise.resolve({ counts: {}, newest: [] }) };
  readonly history: MemoryHistory = new MemoryHistory();
  readonly list: CameraView[] = [exampleCamera('front_door', '<img src=x onerror=alert(1)>'), exampleCamera('yard')];
  readonly pictures: Map<string, Picture> = new Map<string, Picture>();
  children: CameraLog['children'] = [];
  state: Readiness = { ready: true, reasons: [] };
  isLive: boolean = true;
  isStored: boolean = true;
  readonly switched: string[] = [];

  cameras(): readonly CameraView[] {
    return this.list;
  }

  camera(id: string): CameraView | undefined {
    return this.list.find((camera) => camera.id === id);
  }

  cameraLog(id: string): CameraLog | null {
    return this.camera(id) ? { camera: id, children: this.children } : null;
  }

  /** As a daemon whose disk is sound, unless `isStored` is false. */
  async setEnabled(cameraId: string, enabled: boolean): Promise<SwitchOutcome | null> {
    if (!this.camera(cameraId)) return null;
    this.switched.push(`${cameraId} ${enabled}`);
    return { enabled, stored: this.isStored };
  }

  async newestPicture(cameraId: string): Promise<Picture | null> {
    return this.pictures.get(cameraId) ?? null;
  }

  stats(): object {
    return { uptimeSeconds: 1 };
  }

  configuration(): ConfigurationView {
    return { file: '/etc/framewatch/framewatch.yaml', config: { instance: 'framewatch' }, reload: null };
  }

  readiness(): Readiness {
    return this.state;
  }

  liveness(): boolean {
    return this.isLive;
  }

  async metrics(): Promise<string> {
    return 'framewatch_camera_up{camera="front_door"} 1\n';
  }
}

export function httpConfig(tokenFile: string, over: Partial<HttpConfig> = {}): HttpConfig {
  return {
    enabled: true,
    host: '127.0.0.1',
    port: 0,
    auth: { mode: 'token', tokenFile },
    allowedOrigins: [],
    allowedHosts: [],
    trustProxy: false,
    tls: { cert: null, key: null },
    ...over,
  };
}

export interface Stage {
  readonly server: HttpServer;
  readonly view: MemoryView;
  readonly feed: Feed;
  readonly token: string;
  readonly clients: number[];
  readonly drops: string[];
  get(path: string, init?: RequestInit): Promise<Response>;
  /** A connected client with every message it got, in order. */
  connect(path?: string, headers?: Record<string, string>): Promise<TestClient>;
  close(): Promise<void>;
}

export interface StageOptions {
  readonly config?: Partial<HttpConfig>;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly view?: MemoryView;
  readonly live?: LiveDoor;
}

/** The real server on a port of its own, with a history in memory. */
export async function startStage({
  config,
  clock = systemClock,
  logger = silentLogger,
  view = new MemoryView(),
  live,
}: StageOptions = {}): Promise<Stage> {
  const folder = await mkdtemp(path.join(tmpdir(), 'framewatch-http-'));
  const token = 'T'.repeat(43);
  const tokenFile = path.join(folder, 'token');
  await writeFile(tokenFile, `${token}\n`, { mode: 0o600 });
  const feed = new Feed(view.history.lastSequence);
  const clients: number[] = [];
  const drops: string[] = [];
  const observer: HttpObserver = { websocketClients: (count) => clients.push(count), websocketDropped: (reason) => drops.push(reason) };
  const full = httpConfig(tokenFile, config);
  const server = new HttpServer({ config: full, view, feed, live: live ?? null, clock, observer, logger, redactor: new Redactor() });
  await server.start();
  const authorization = { Authorization: `Bearer ${token}` };
  return {
    server,
    view,
    feed,
    token,
    clients,
    drops,
    get: (target, init = {}) => fetch(`${server.url}${target}`, { redirect: 'manual', headers: authorization, ...init }),
    connect: (target = '/ws', headers = authorization) => TestClient.open(`${server.url.replace('http', 'ws')}${target}`, headers),
    async close() {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export class TestClient {
  readonly socket: WebSocket;
  readonly messages: Record<string, unknown>[] = [];
  readonly tiles: Buffer[] = [];
  readonly closed: Promise<number>;
  #wake: () => void = () => {};

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (content: Buffer, isBinary: boolean) => {
      if (isBinary) this.tiles.push(content);
      else this.messages.push(JSON.parse(content.toString()));
      this.#wake();
    });
    this.closed = new Promise((resolve) => socket.once('close', resolve));
  }

  /** Rejects with the status in the message when the upgrade is refused. */
  static async open(url: string, headers: Record<string, string>): Promise<TestClient> {
    const client = new TestClient(new WebSocket(url, { headers }));
    await new Promise((resolve, reject) => {
      client.socket.once('open', resolve);
      client.socket.once('error', reject);
    });
    await client.until(() => client.of('hello').length > 0);
    return client;
  }

  of(type: string): Record<string, unknown>[] {
    return this.messages.filter((message) => message['type'] === type);
  }

  /** Sequences of the events that came, in order. */
  sequences(): number[] {
    return this.of('event').map((message) => (message['event'] as LabelEvent).sequence);
  }

  /** Waits for a condition on what has come; the test's own limit ends it. */
  async until(isMet: () => boolean): Promise<void> {
    while (!isMet()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
