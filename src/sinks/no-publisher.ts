import type { Publisher } from './publisher.ts';

/** For `mqtt.enabled: false`. */
export const noPublisher: Publisher = {
  connected: false,
  lastError: null,
  backlog: 0,
  oldestSeconds: 0,
  publishEvent() {},
  publishState() {},
  publishAvailability() {},
  publishEnabled() {},
  publishCoverage() {},
  publishSnapshot() {},
  publishClassification() {},
  publishStats() {},
  forgetCamera() {},
  close: () => Promise.resolve(),
};
