// A publisher in a process of its own, to be killed: `node mqtt-publisher-process.mjs BROKER_URL`. Uses the built program.

import { MqttPublisher } from '../../dist/sinks/mqtt-publisher.js';
import { systemClock } from '../../dist/util/clock.js';
import { silentLogger } from '../../dist/util/logger.js';

const config = {
  enabled: true,
  url: String(process.argv[2]),
  embeddedPort: 0,
  username: null,
  password: null,
  clientId: null,
  protocolVersion: /** @type {const} */ (5),
  baseTopic: 'framewatch',
  ca: null,
  cert: null,
  key: null,
  discovery: { enabled: false, prefix: 'homeassistant' },
  classifications: false,
  expireEventsAfterSeconds: null,
};
const options = {
  config,
  embeddedUrl: null,
  history: { query: () => Promise.resolve([]) },
  outbox: { page: () => Promise.resolve([]), settle: () => Promise.resolve() },
  instance: 'victim',
  hostName: 'here',
  clock: systemClock,
  logger: silentLogger,
  observer: { connectionChanged() {}, published() {}, acknowledged() {}, dropped() {}, ignored() {} },
};
const publisher = new MqttPublisher(options);
await publisher.start();
