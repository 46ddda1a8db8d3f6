import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const LATENCY_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30];
const STEP_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const ACKNOWLEDGE_BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120, 600, 3600];
const BATCH_BUCKETS = [1, 2, 4, 8, 12, 16, 24, 32, 48, 64, 128, 256, 512, 1024];

type CounterName =
  | 'framesReceived'
  | 'framesClassified'
  | 'framesDropped'
  | 'cameraRestarts'
  | 'batchFlush'
  | 'deadlineMissed'
  | 'events'
  | 'mqttDropped'
  | 'eventsLost'
  | 'strips'
  | 'stripFramesNotKept'
  | 'websocketDropped'
  | 'liveDropped'
  | 'engineBusy'
  | 'engineRestarts';
type GaugeName =
  | 'cameraUp'
  | 'coverage'
  | 'boundFeasible'
  | 'smallestBound'
  | 'outboxDepth'
  | 'outboxOldest'
  | 'mqttConnected'
  | 'websocketClients'
  | 'liveViewers'
  | 'liveChildren'
  | 'engineInfo';
type HistogramName = 'batchSize' | 'queue' | 'inference' | 'latency' | 'commit' | 'puback';

export type Instruments = Readonly<Record<CounterName, Counter> & Record<GaugeName, Gauge> & Record<HistogramName, Histogram>>;

/** Makes every metric of the contract, with its words for people; `registry` has none of them yet. */
export function instruments(registry: Registry): Instruments {
  const registers = [registry];
  const counter = (name: string, help: string, ...labelNames: string[]) =>
    new Counter<string>({ name: `framewatch_${name}`, help, labelNames, registers });
  const gauge = (name: string, help: string, ...labelNames: string[]) =>
    new Gauge<string>({ name: `framewatch_${name}`, help, labelNames, registers });
  const histogram = (name: string, help: string, buckets: number[], ...labelNames: string[]) =>
    new Histogram<string>({ name: `framewatch_${name}`, help, buckets, labelNames, registers });
  return {
    framesReceived: counter('frames_received_total', 'Frames that left the decoder', 'camera'),
    framesClassified: counter('frames_classified_total', 'Verdicts of the network, one a region of a frame', 'camera'),
    framesDropped: counter('frames_dropped_total', 'Frames that got no verdict, one a region of a frame, by reason', 'camera', 'reason'),
    cameraUp: gauge('camera_up', '1 while frames arrive', 'camera'),
    coverage: gauge('camera_coverage', '1 for the state that the camera is in: watching, reduced or blind', 'camera', 'state'),
    cameraRestarts: counter('camera_restarts_total', 'Sources started again, by reason', 'camera', 'reason'),
    batchSize: histogram('batch_size', 'Pictures (regions of frames) a batch, without padding', BATCH_BUCKETS),
    batchFlush: counter('batch_flush_total', 'Batches by why they started when they did', 'reason'),
    queue: histogram('queue_seconds', 'Seconds that a judged picture waited, for its batch and for the engine', STEP_BUCKETS),
    inference: histogram(
      'inference_seconds',
      'Seconds of a batch in the engine: the network, and the way of pixels there and of scores back; batches that ran in one go',
      STEP_BUCKETS,
    ),
    latency: histogram(
      'latency_seconds',
      'Seconds from the arrival of the packet that carries the picture to the decision',
      LATENCY_BUCKETS,
      'camera',
    ),
    commit: histogram('commit_seconds', 'Seconds of the transaction that stores events', STEP_BUCKETS),
    puback: histogram('puback_seconds', 'Seconds from publishing an event to the acknowledgement of the broker', ACKNOWLEDGE_BUCKETS),
    deadlineMissed: counter(
      'deadline_missed_total',
      'Verdicts later than the bound of their camera, and frames given up when it had waited longer than that for one',
      'camera',
    ),
    boundFeasible: gauge('bound_feasible', '1 when an idle engine could keep the bound of the camera, 0 when no load is low enough', 'camera'),
    smallestBound: gauge('smallest_feasible_bound_seconds', 'The smallest bound that an idle engine could keep for the camera, seconds', 'camera'),
    events: counter('events_total', 'Messages of label events', 'camera', 'rule', 'type'),
    outboxDepth: gauge('outbox_depth', 'Events stored but not yet acknowledged by the broker'),
    outboxOldest: gauge('outbox_oldest_seconds', 'Age of the oldest of them, seconds'),
    mqttDropped: counter(
      'mqtt_dropped_total',
      'MQTT messages given up before the broker had them, or ignored (kind incoming), by kind and reason',
      'kind',
      'reason',
    ),
    strips: counter(
      'strips_total',
      'Strips of pictures around the starts of events: whole, short of some pictures, or none (crowded, memory, failed)',
      'camera',
      'outcome',
    ),
    stripFramesNotKept: counter('strip_frames_not_kept_total', 'Judged frames for which there was no room: a strip cannot begin with them', 'camera'),
    eventsLost: counter('events_lost_total', 'Messages of label events that were decided but could not be stored'),
    mqttConnected: gauge('mqtt_connected', '1 while the broker is connected'),
    websocketClients: gauge('websocket_clients', 'Connected WebSocket clients'),
    websocketDropped: counter('websocket_dropped_total', 'WebSocket clients dropped or refused, and tiles left out, by reason', 'reason'),
    liveViewers: gauge('live_viewers', 'Viewers of full motion', 'camera'),
    liveChildren: gauge('live_children', 'Children of full motion: passthrough reads a camera, mpeg1 codes anew for JSMpeg', 'kind'),
    liveDropped: counter('live_dropped_total', 'Viewers of full motion dropped or refused, and pictures left out, by reason', 'reason'),
    engineInfo: gauge('engine_info', 'What runs, as labels; always 1', 'backend', 'device', 'precision', 'model'),
    engineBusy: counter('engine_busy_seconds_total', 'Seconds inside the network, without waiting and transport'),
    engineRestarts: counter('engine_restarts_total', 'Engine processes started in place of another, also those that died before they were ready'),
  };
}
