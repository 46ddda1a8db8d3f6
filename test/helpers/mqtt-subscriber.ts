import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { waitFor } from './wait-for.ts';

interface ReceivedMessage {
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly retained: boolean;
  /** MQTT 5 user properties, as mosquitto_sub prints them: `name:value`, one after the other. */
  readonly properties: string;
}

export interface SubscriberOptions {
  readonly port: number;
  readonly topic?: string;
  readonly protocol?: 'mqttv5' | 'mqttv311';
  readonly username?: string;
  readonly password?: string;
  /** With it the broker keeps a session, and what comes while the subscriber is away. */
  readonly clientId?: string;
}

export interface Subscriber {
  /** In the order of arrival. */
  readonly messages: readonly ReceivedMessage[];
  /** Newest payload of a topic; undefined when none came. */
  newest(topic: string): string | undefined;
  close(): Promise<void>;
}

/** An independent subscriber: mosquitto_sub, none of our code. It is subscribed when this resolves. */
export async function startSubscriber(options: SubscriberOptions): Promise<Subscriber> {
  const { port, topic = '#', protocol = 'mqttv5', username, password, clientId } = options;
  const format =
    protocol === 'mqttv5'
      ? '{"topic":"%t","payload":"%x","qos":%q,"retained":%r,"properties":"%P"}'
      : '{"topic":"%t","payload":"%x","qos":%q,"retained":%r,"properties":""}';
  const argv = ['-h', '127.0.0.1', '-p', String(port), '-V', protocol, '-t', topic, '-q', '1', '-d', '-F', format];
  if (username !== undefined) argv.push('-u', username);
  if (password !== undefined) argv.push('-P', password);
  if (clientId !== undefined) argv.push('-i', clientId, '-c');
  // Into a pipe it would keep its lines to itself until a buffer is full.
  const child = spawn('stdbuf', ['-oL', 'mosquitto_sub', ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
  const messages: ReceivedMessage[] = [];
  let subscribed = false;
  let complaint = '';
  child.stderr.on('data', (bytes: Buffer) => {
    complaint += bytes.toString();
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('Subscribed')) subscribed = true;
    if (!line.startsWith('{')) return;
    const { payload, retained, ...rest } = JSON.parse(line) as { topic: string; payload: string; qos: number; retained: number; properties: string };
    messages.push({ ...rest, payload: Buffer.from(payload, 'hex').toString(), retained: retained === 1 });
  });
  await waitFor('mosquitto_sub is subscribed', () => {
    if (child.exitCode !== null) throw new Error(`mosquitto_sub ended with ${child.exitCode}: ${complaint}`);
    return subscribed;
  });
  return {
    messages,
    newest: (wanted) => messages.findLast((message) => message.topic === wanted)?.payload,
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
