import { describe, expect, it } from 'vitest';
import { eventMessage } from '../../src/sinks/event-message.ts';
import { sequencedEvent } from '../helpers/label-events.ts';

describe('eventMessage', () => {
  it('is the event as it stands in the history, with what a subscriber wants to know before it reads it', () => {
    const event = sequencedEvent(7);
    const message = eventMessage('framewatch/front_door/event', event, false, 60);
    expect(message).toMatchObject({ topic: 'framewatch/front_door/event', qos: 1, retain: false, payload: JSON.stringify(event) });
    const user = { schema: '1', sequence: '7', model: 'inception-v3-content-safety' };
    expect(message.properties).toEqual({ contentType: 'application/json', expirySeconds: 60, user });
  });

  it('says of a late one that it is late', () => {
    expect(eventMessage('t', sequencedEvent(7), true, 60).properties?.user).toMatchObject({ replayed: 'true' });
  });
});
