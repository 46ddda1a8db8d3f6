import { describe, expect, it } from 'vitest';
import { switchRoute } from '../../src/sinks/switch-route.ts';
import { Topics } from '../../src/sinks/topics.ts';

describe('switchRoute', () => {
  const switched: string[] = [];
  const route = switchRoute(new Topics('home/framewatch'), (id, enabled) => {
    switched.push(`${id} ${enabled}`);
    return id === 'yard';
  });
  const take = (topic: string, payload: string | Uint8Array) => route.receive({ topic, payload: Buffer.from(payload), retained: false, user: {} });

  it('takes ON and OFF for a camera that there is', () => {
    expect(take('home/framewatch/yard/set/enabled', 'ON')).toBe('taken');
    expect(take('home/framewatch/yard/set/enabled', 'OFF')).toBe('taken');
    expect(take('home/framewatch/nobody/set/enabled', 'OFF')).toBe('notUnderstood');
    expect(switched).toEqual(['yard true', 'yard false', 'nobody false']);
  });

  it.each(['', 'on', 'ON ', '1', 'true', '{"enabled":true}', 'ON\0', new Uint8Array([0xff, 0xfe])])('understands nothing else: %j', (payload) => {
    const before = switched.length;
    expect(take('home/framewatch/yard/set/enabled', payload)).toBe('notUnderstood');
    expect(switched).toHaveLength(before);
  });

  it('is for commands, which are never taken from what a broker kept', () => {
    expect(route).toMatchObject({ filter: 'home/framewatch/+/set/enabled', acceptsRetained: false });
  });
});
