import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface PublishedMessage {
  readonly port: number;
  readonly topic: string;
  readonly payload: string;
  readonly login?: { readonly username: string; readonly password: string };
  /** Further options of mosquitto_pub. */
  readonly options?: readonly string[];
}

/** An independent publisher: mosquitto_pub, none of our code. With QoS 1: the broker has it when this resolves. */
export async function mqttPublish({ port, topic, payload, login, options = [] }: PublishedMessage): Promise<void> {
  const who = login ? ['-u', login.username, '-P', login.password] : [];
  await promisify(execFile)('mosquitto_pub', ['-h', '127.0.0.1', '-p', String(port), ...who, '-q', '1', '-t', topic, '-m', payload, ...options]);
}

/** Many messages over one connection, QoS 0, one a line. */
export function mqttFlood(port: number, topic: string, payloads: readonly string[]): void {
  const child = execFile('mosquitto_pub', ['-h', '127.0.0.1', '-p', String(port), '-t', topic, '-l']);
  child.stdin?.end(`${payloads.join('\n')}\n`);
}
