import type { LabelEvent } from '../events/label-event.ts';
import type { OutgoingMessage } from './mqtt-session.ts';

/** An event as it goes to the broker: never retained, so that nobody takes an old one for a new one. `replayed`: it is late, or was asked for again. */
export function eventMessage(topic: string, event: LabelEvent, replayed: boolean, expirySeconds: number): OutgoingMessage {
  const late = replayed ? { replayed: 'true' } : {};
  const user = { schema: String(event.schema), sequence: String(event.sequence), model: event.model.name, ...late };
  return { topic, payload: JSON.stringify(event), qos: 1, retain: false, properties: { contentType: 'application/json', expirySeconds, user } };
}
