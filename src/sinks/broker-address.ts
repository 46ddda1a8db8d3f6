import { readFile } from 'node:fs/promises';
import type { MqttConfig } from '../config/config.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';
import type { BrokerAddress } from './mqtt-session.ts';

export interface AddressFacts {
  readonly instance: string;
  readonly hostName: string;
  readonly will: BrokerAddress['will'];
  readonly keepaliveSeconds: number;
  /** Of the built-in broker, which `url: embedded` stands for; it speaks MQTT 3.1.1 only. */
  readonly embeddedUrl: string | null;
}

/** From the configuration to what a connection needs; reads the TLS files. Throws FramewatchError SECRET_UNREADABLE. */
export async function brokerAddress(config: MqttConfig, facts: AddressFacts): Promise<BrokerAddress> {
  const embedded = facts.embeddedUrl !== null;
  return {
    url: facts.embeddedUrl ?? config.url,
    protocolVersion: embedded ? 4 : config.protocolVersion,
    clientId: config.clientId ?? `${facts.instance}-${facts.hostName}`,
    username: config.username,
    password: config.password?.reveal() ?? null,
    ca: await pem('mqtt.ca', config.ca),
    cert: await pem('mqtt.cert', config.cert),
    key: await pem('mqtt.key', config.key),
    keepaliveSeconds: facts.keepaliveSeconds,
    will: facts.will,
  };
}

async function pem(name: string, file: string | null): Promise<Buffer | null> {
  if (file === null) return null;
  try {
    return await readFile(file);
  } catch (error) {
    throw new FramewatchError('SECRET_UNREADABLE', `${name}: ${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
