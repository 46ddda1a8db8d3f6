import type { LabelEvent } from '../../src/events/label-event.ts';
import type { EventDelivery } from '../../src/feed-check/feed-message.ts';

/** An event as it comes over MQTT when all is well. */
export function delivery(event: LabelEvent, changes: Partial<EventDelivery> = {}): EventDelivery {
  return { kind: 'event', text: JSON.stringify(event), topicCamera: event.camera, retained: false, properties: {}, ...changes };
}
