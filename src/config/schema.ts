import type { BatchingConfig, CameraConfig, Config, EngineConfig, FfmpegConfig, HttpConfig, LogConfig, MqttConfig, RuleConfig } from './config.ts';
import { DEVICE_CLASSES } from './device-classes.ts';
import {
  above,
  type Crop,
  choice,
  crop,
  flag,
  ladder,
  map,
  number,
  optional,
  part,
  path,
  required,
  type Schema,
  text,
  texts,
  url,
  whole,
} from './setting.ts';
import type { TextShape } from './shape.ts';

// The one description of the file: the validator, its messages, the defaults and the JSON Schema are made from it.
// The interfaces say how the file differs from `Config`; in all else it must agree with it or this does not compile.

type FreeMap = Record<string, never>;

export interface RegionFile {
  readonly crop: Crop | null;
  readonly heads: readonly string[];
}

export interface RuleFile extends Omit<RuleConfig, 'id' | 'exit'> {
  readonly exit: number | null;
}

export interface HeadFile {
  readonly labels: readonly string[];
}

export interface CameraFile extends Omit<CameraConfig, 'id' | 'name' | 'password' | 'regions' | 'rules'> {
  readonly name: string | null;
  readonly password: string | null;
  readonly passwordFile: string | null;
  readonly regions: FreeMap;
  readonly rules: FreeMap;
}

export interface MqttFile extends Omit<MqttConfig, 'password'> {
  readonly password: string | null;
  readonly passwordFile: string | null;
}

export interface HttpFile extends Omit<HttpConfig, 'auth'> {
  readonly auth: { readonly mode: HttpConfig['auth']['mode']; readonly tokenFile: string | null };
}

export interface ConfigFile extends Omit<Config, 'file' | 'modelsDir' | 'stateDir' | 'mqtt' | 'http' | 'heads' | 'cameras'> {
  readonly modelsDir: string | null;
  readonly stateDir: string | null;
  readonly mqtt: MqttFile;
  readonly http: HttpFile;
  readonly heads: FreeMap;
  readonly cameraDefaults: FreeMap;
  readonly cameras: FreeMap;
}

/** Ids of cameras, regions, rules and heads. */
export const ID: TextShape = {
  kind: 'text',
  maxLength: 64,
  pattern: /^[a-zA-Z0-9_-]{1,64}$/,
  says: 'letters, digits, _ and -, at most 64 of them',
};
const TOPIC = { maxLength: 128, pattern: /^[^+#\0/][^+#\0]*(?<!\/)$/, says: 'an MQTT topic without + and #, without / at either end' };
const LABEL_MAX = { maxLength: 128 };
const DAY_MS = 86_400_000;

const STREAM_SCHEMES = ['rtsp', 'rtsps', 'http', 'https', 'file'] as const;
const BROKER_SCHEMES = ['mqtt', 'mqtts', 'ws', 'wss'] as const;

export const headSchema: Schema<HeadFile> = {
  labels: texts(2, 'The labels that are taught, at least two.', LABEL_MAX),
};

export const regionSchema: Schema<RegionFile> = {
  crop: optional(crop('The part of the picture that is judged: x, y, width, height, each 0…1.')),
  heads: texts(0, 'Heads (own labels) that judge this region.', ID),
};

export const ruleSchema: Schema<RuleFile> = {
  labels: required(texts(1, 'Labels of the model. The score of the rule is the sum of theirs.', LABEL_MAX)),
  regions: texts(0, 'Regions the rule watches; without it the first judged one.', ID),
  enter: above(0, 0.8, 1, 'An event starts when the score is at least this …'),
  minFrames: whole(3, 1, 10_000, '… in this many consecutive frames …'),
  enterForMs: whole(0, 0, DAY_MS, '… spanning at least this long.'),
  exit: optional(above(0, 0.6, 1, 'It ends when the score is below this …; 0.6, or `enter` where that is lower.')),
  offDelayMs: whole(3000, 0, DAY_MS, '… for this long.'),
  cooldownMs: whole(30_000, 0, DAY_MS, 'No new start for this long after an end.'),
  maxDurationMs: whole(0, 0, 30 * DAY_MS, 'An event is ended after this long; 0 = no limit.'),
  deviceClass: optional(
    choice(DEVICE_CLASSES, 'problem', 'What Home Assistant takes the rule for: how it words and draws on and off; without it just that.'),
  ),
};

export const cameraSchema: Schema<CameraFile> = {
  name: optional(text('', 'For people; the id by default.', { maxLength: 128 })),
  enabled: flag(true, 'Whether it is watched.'),
  url: required(url('', STREAM_SCHEMES, [], 'rtsp, rtsps, http, https (MJPEG, HLS) or file (looped at its own pace).')),
  username: optional(text('', 'Login at the camera.', { maxLength: 256 })),
  password: optional(text('', 'Any characters, never URL-encoded. Better from the environment or a passwordFile.', { maxLength: 1024 })),
  passwordFile: optional(path('A file that holds the password.')),
  liveUrl: optional(url('', STREAM_SCHEMES, [], 'The stream for full motion, when it is another than the one analysed.')),
  transport: choice<CameraFile['transport']>(['tcp', 'udp'], 'tcp', 'How RTSP carries its packets.'),
  sampleFps: above(0, 2, 60, 'Frames judged a second.'),
  decode: choice<CameraFile['decode']>(
    ['auto', 'all', 'keyframes'],
    'auto',
    'Which pictures are decoded; key frames alone cost about a tenth, but come out late with B-frames.',
  ),
  maxLatencyMs: number(500, 10, 600_000, "From a frame's true arrival until its result is decided."),
  weight: above(0, 1, 100, 'Share under overload, against the other cameras.'),
  frameWidth: whole(640, 64, 3840, 'Width of analysis and snapshots in pixels; the height follows the picture.'),
  motion: {
    enabled: flag(false, 'Judge only frames in which something moves.'),
    threshold: above(0, 0.01, 1, 'Part of the picture that must change.'),
    refreshSeconds: above(0, 10, 3600, 'A frame is judged at least this often even when nothing moves.'),
  },
  regions: map(ID, regionSchema, 'Parts of the picture by name. `full`, the whole picture, is built in.'),
  rules: map(ID, ruleSchema, "Rules by name; without this key the model's default rules."),
};

const engine: Schema<EngineConfig> = {
  backend: choice<EngineConfig['backend']>(['auto', 'tensorflow', 'onnx', 'wasm'], 'auto', 'auto: the first with a GPU, else onnx on the CPU.'),
  device: choice<EngineConfig['device']>(['auto', 'gpu', 'cpu'], 'auto', 'What the network runs on.'),
  onUnavailable: choice<EngineConfig['onUnavailable']>(['fail', 'cpu'], 'fail', 'What to do when the wanted device is not there.'),
  precision: choice<EngineConfig['precision']>(
    ['auto', 'float32', 'int8'],
    'auto',
    'Numbers the network computes with. auto: int8 on the CPU where `framewatch models quantize` has made one that passes its self-test; else float32.',
  ),
  threads: whole(0, 0, 1024, '0 = all cores.'),
};

const batching: Schema<BatchingConfig> = {
  maxBatchSize: whole(16, 1, 1024, 'Most frames in one run of the network.'),
  allowedBatchSizes: ladder([1, 2, 4, 8, 16], 1, 1024, 'Sizes that are used, ascending; a batch is padded to the next one.'),
  policy: choice<BatchingConfig['policy']>(['deadline', 'timeout', 'eager'], 'deadline', 'When a batch that is not full starts.'),
  maxQueueDelayMs: number(50, 0, 60_000, 'For `policy: timeout`: how long the oldest frame waits.'),
};

const mqtt: Schema<MqttFile> = {
  enabled: flag(true, 'Publish over MQTT.'),
  url: url('mqtt://localhost:1883', BROKER_SCHEMES, ['embedded'], 'mqtt, mqtts, ws, wss; or `embedded` for the built-in broker.'),
  embeddedPort: whole(1883, 0, 65_535, 'Port of the built-in broker; 0 = any free one.'),
  username: optional(text('', 'Login at the broker.', { maxLength: 256 })),
  password: optional(text('', 'Better from the environment or a passwordFile.', { maxLength: 1024 })),
  passwordFile: optional(path('A file that holds the password.')),
  clientId: optional(text('', 'Default: instance and host name.', { maxLength: 128 })),
  protocolVersion: choice<MqttFile['protocolVersion']>([5, 4], 5, '5, or 4 for MQTT 3.1.1.'),
  baseTopic: text('framewatch', 'First part of all topics.', TOPIC),
  ca: optional(path("Certificate authority of the broker's certificate.")),
  cert: optional(path('Client certificate.')),
  key: optional(path('Key of the client certificate.')),
  discovery: {
    enabled: flag(true, 'Announce the cameras to Home Assistant.'),
    prefix: text('homeassistant', 'Discovery prefix of Home Assistant.', TOPIC),
  },
  classifications: flag(false, 'Publish every result, not only events and state.'),
  expireEventsAfterSeconds: optional(
    above(
      0,
      3600,
      31_536_000,
      'An event that could not be sent for so long is not sent any more, only kept in the history; by default all are sent, however late.',
    ),
  ),
};

const http: Schema<HttpFile> = {
  enabled: flag(true, 'Serve dashboard, API, WebSocket and metrics.'),
  host: text('127.0.0.1', 'Address bound to. Others than loopback need `auth.mode: token`.', {
    maxLength: 253,
    pattern: /^[a-zA-Z0-9.:_%-]+$/,
    says: 'an IP address or a host name',
  }),
  port: whole(8787, 0, 65_535, '0 = any free one.'),
  auth: {
    mode: choice<HttpFile['auth']['mode']>(['token', 'none'], 'token', 'none is accepted on loopback only.'),
    tokenFile: optional(path('Written on the first run; by default http-token in stateDir.')),
  },
  allowedOrigins: texts(0, 'Other origins whose pages may use the API, such as https://home.example.', {
    maxLength: 512,
    pattern: /^https?:\/\/[^/?#@\s]+$/,
    says: 'an origin such as https://home.example:8443, without a path',
  }),
  allowedHosts: texts(0, 'Host names it is reached by, beside the one bound to.', {
    maxLength: 253,
    pattern: /^[a-zA-Z0-9._:[\]-]+$/,
    says: 'a host name such as cameras.example',
  }),
  trustProxy: flag(false, 'Believe X-Forwarded-For and X-Forwarded-Proto.'),
  tls: { cert: optional(path('Certificate file, PEM.')), key: optional(path('Key file, PEM.')) },
};

const log: Schema<LogConfig> = {
  level: choice<LogConfig['level']>(['debug', 'info', 'warn', 'error'], 'info', 'The least that is logged.'),
  format: choice<LogConfig['format']>(['auto', 'pretty', 'json'], 'auto', 'auto: pretty on a terminal, JSON lines otherwise.'),
};

const ffmpeg: Schema<FfmpegConfig> = {
  path: optional(path('The ffmpeg to run; by default $FFMPEG_PATH or the one of the system.')),
  hwaccel: choice<FfmpegConfig['hwaccel']>(['none', 'auto', 'cuda', 'vaapi', 'qsv', 'videotoolbox'], 'none', 'Decoding by the graphics card.'),
};

export const configSchema: Schema<ConfigFile> = {
  instance: text('framewatch', 'Unique for each daemon: prefix of client id, discovery ids, lock.', ID),
  model: text('inception-v3-content-safety', 'A folder under modelsDir or stateDir/models.', {
    maxLength: 128,
    pattern: /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/,
    says: 'the name of a model folder',
  }),
  modelsDir: optional(path("By default the package's own models.")),
  stateDir: optional(path('History, caches, generated token; by default $STATE_DIRECTORY under systemd, else ./state.')),
  engine,
  batching,
  mqtt,
  http,
  history: {
    retentionDays: number(14, 0, 36_500, 'How long events and the record of coverage are kept.'),
    snapshots: flag(true, 'Keep pictures of events.'),
    snapshotRetentionDays: number(7, 0, 36_500, 'How long pictures are kept.'),
    scoreTraceDays: number(
      3,
      0,
      36_500,
      'How long the scores of every judged frame are kept, for `events whatif` and the charts of the dashboard; 0 = not at all.',
    ),
    maxBytes: whole(1_073_741_824, 1_048_576, Number.MAX_SAFE_INTEGER, 'Most that history may take on the disk.'),
  },
  log,
  ffmpeg,
  heads: map(ID, headSchema, "Own labels, taught on the network's features; rules name them `head/label`."),
  cameraDefaults: part(cameraSchema, 'Merged deeply under each camera; lists are replaced.'),
  cameras: map(ID, cameraSchema, 'The cameras by id.'),
};
