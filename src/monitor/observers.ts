import type { BatchingObserver } from '../batching/batch.ts';
import type { MqttObserver } from '../sinks/mqtt-observer.ts';
import type { CameraObserver } from '../stream/camera-observer.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { CoverageRecord } from './coverage-record.ts';
import type { VerdictObserver } from './verdict-path.ts';

/** What cameras tell, into the metrics and the record of coverage. */
export function cameraObserver(metrics: Metrics, coverage: CoverageRecord): CameraObserver {
  return {
    frameReceived(camera) {
      metrics.frameReceived(camera);
      coverage.received(camera);
    },
    framesInvalid(camera, count) {
      for (let i = 0; i < count; i += 1) {
        metrics.frameDroppedOf(camera, 'invalid');
        coverage.spoiled(camera);
      }
    },
    restarted: (camera, reason) => metrics.cameraRestarted(camera, reason),
    cameraUp: (camera, up) => metrics.cameraUp(camera, up),
  };
}

/** What becomes of frames behind the cameras, into the metrics and the record of coverage. */
export function frameObserver(metrics: Metrics, coverage: CoverageRecord): BatchingObserver & VerdictObserver {
  return {
    batchFormed: (batch) => metrics.batchFormed(batch),
    frameDropped(entry, reason) {
      metrics.frameDropped(entry, reason);
      coverage.dropped(entry.slot, reason);
    },
    frameClassified(camera, ledger, { region, frame }) {
      metrics.frameClassified(camera, ledger);
      coverage.judged(camera, region, frame.receivedMono);
    },
    event: (camera, rule, type) => metrics.event(camera, rule, type),
    eventsLost: (count) => metrics.eventsLost(count),
  };
}

/** What the MQTT publisher tells, into the metrics. */
export function mqttObserver(metrics: Metrics): MqttObserver {
  return {
    connectionChanged: (connected) => metrics.mqttConnected(connected),
    published() {},
    acknowledged(kind, tookMs) {
      if (kind === 'event') metrics.acknowledged(tookMs);
    },
    dropped: (kind, reason) => metrics.mqttDropped(kind, reason),
    ignored: (reason) => metrics.mqttDropped('incoming', reason),
  };
}
