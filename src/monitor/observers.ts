import type { MqttObserver } from '../sinks/mqtt-observer.ts';
import type { CameraObserver } from '../stream/camera-observer.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** What cameras tell, into the metrics. */
export function cameraObserver(metrics: Metrics): CameraObserver {
  return {
    frameReceived: (camera) => metrics.frameReceived(camera),
    framesInvalid(camera, count) {
      for (let i = 0; i < count; i += 1) metrics.frameDroppedOf(camera, 'invalid');
    },
    restarted: (camera, reason) => metrics.cameraRestarted(camera, reason),
    cameraUp: (camera, up) => metrics.cameraUp(camera, up),
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
  };
}
