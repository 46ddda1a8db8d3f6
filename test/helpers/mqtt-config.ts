import type { MqttConfig } from '../../src/config/config.ts';

/** The defaults of the `mqtt` section, of which a test changes only what it is about. */
export function mqttConfig(changes: Partial<MqttConfig> = {}): MqttConfig {
  return {
    enabled: true,
    url: 'mqtt://127.0.0.1:1883',
    embeddedPort: 0,
    username: null,
    password: null,
    clientId: null,
    protocolVersion: 5,
    baseTopic: 'framewatch',
    ca: null,
    cert: null,
    key: null,
    discovery: { enabled: false, prefix: 'homeassistant' },
    classifications: false,
    expireEventsAfterSeconds: null,
    ...changes,
  };
}
