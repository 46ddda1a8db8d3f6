import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CameraStateMessage } from '../../src/events/camera-state.ts';
import { quietState, staleStateRoute } from '../../src/sinks/stale-state.ts';
import { Topics } from '../../src/sinks/topics.ts';

const region = (active: boolean) => ({
  ...{ label: 'Porn', score: 0.9, top: [], heads: {} },
  rules: { unsafe: { active, score: 0.9, eventId: active ? 'E' : null }, other: { active: false, score: 0.1, eventId: null } },
});
const state = (active: boolean): CameraStateMessage => ({
  ...{ camera: 'yard', at: '2026-01-01T00:00:00.000Z', sequence: 7, label: 'Porn', score: 0.9, top: [] },
  regions: { full: region(false), gate: region(active) },
});

describe('quietState', () => {
  it('ends what was active, and keeps the rest to the letter', () => {
    expect(quietState(JSON.stringify(state(true)))).toEqual(state(false));
  });

  it('has nothing to say of a state in which nothing is active, and of what is none', () => {
    expect(quietState(JSON.stringify(state(false)))).toBeNull();
    for (const payload of ['', 'null', '7', '{}', '{"regions":{"full":{}}}', '{"regions":{"full":{"rules":{"r":null}}}}'])
      expect(quietState(payload)).toBeNull();
    fc.assert(fc.property(fc.json(), (payload) => void quietState(payload)));
  });
});

describe('staleStateRoute', () => {
  it('corrects what the broker kept of a camera, under its own topic only', () => {
    const corrected: CameraStateMessage[] = [];
    const route = staleStateRoute(new Topics('framewatch'), (each) => corrected.push(each));
    const receive = (topic: string, payload: string) => route.receive({ topic, payload: Buffer.from(payload), retained: true, user: {} });
    expect(route).toMatchObject({ filter: 'framewatch/+/state', acceptsRetained: true });
    expect(receive('framewatch/yard/state', JSON.stringify(state(true)))).toBe('taken');
    expect(receive('framewatch/garden/state', JSON.stringify(state(true)))).toBe('taken');
    expect(receive('framewatch/yard/state', 'nonsense')).toBe('taken');
    expect(corrected).toEqual([state(false)]);
  });
});
