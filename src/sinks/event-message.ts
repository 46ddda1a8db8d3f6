import type { LabelEvent } from '../events/label-event.ts';
import type { OutgoingMessage } from './mqtt-session.ts';

/** A subscriber that was away longer finds the event in the history, not as a late alarm. */
const EXPIRY_SECONDS = 86_400;

/** An event as it goes to the broker: never retained, so that nobody takes an old one for a new one. */
export function eventMessage(topic: string, event: LabelEvent): OutgoingMessage {
  const user = { schema: String(event.schema), sequence: String(event.sequence), model: event.model.name };
  const properties = { contentType: 'application/json', expirySeconds: EXPIRY_SECONDS, user };
  return { topic, payload: JSON.stringify(event), qos: 1, retain: false, properties };
}
