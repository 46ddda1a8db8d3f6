import type { Publisher } from './publisher.ts';

/** For `mqtt.enabled: false`. */
export const noPublisher: Publisher = {
  connected: false,
  lastError: null,
  publishEvent() {},
  publishState() {},
  publishAvailability() {},
  publishEnabled() {},
  publishCoverage() {},
  publishSnapshot() {},
  publishStrip() {},
  publishClassification() {},
  publishStats() {},
  publishHealth() {},
  announce() {},
  repeatRetained() {},
  forgetCamera() {},
  close: () => Promise.resolve(),
};
