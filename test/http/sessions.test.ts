import { describe, expect, it } from 'vitest';
import { Sessions } from '../../src/http/sessions.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

const HOUR_MS = 3_600_000;

describe('Sessions', () => {
  it('knows its own cookies only, until they end', () => {
    const sessions = new Sessions(new VirtualClock());
    const cookie = sessions.open();
    const key = sessions.find(cookie);
    expect(cookie).toMatch(/^[\w-]{43}$/);
    expect(key).not.toBeNull();
    expect(sessions.find(key ?? '')).toBeNull();
    expect(sessions.find(`${cookie}x`)).toBeNull();
    sessions.end(key ?? '');
    expect(sessions.find(cookie)).toBeNull();
  });

  it('expires after a day without use; use keeps it', async () => {
    const clock = new VirtualClock();
    const sessions = new Sessions(clock);
    const cookie = sessions.open();
    for (let i = 0; i < 5; i++) {
      await clock.advance(23 * HOUR_MS);
      expect(sessions.find(cookie)).not.toBeNull();
    }
    await clock.advance(24 * HOUR_MS + 1);
    expect(sessions.find(cookie)).toBeNull();
    expect(sessions.size).toBe(0);
  });

  it('is bounded: the one that was quiet for longest goes', () => {
    const sessions = new Sessions(new VirtualClock());
    const first = sessions.open();
    const second = sessions.open();
    sessions.find(first);
    for (let i = 0; i < 255; i++) sessions.open();
    expect(sessions.size).toBe(256);
    expect(sessions.find(first)).not.toBeNull();
    expect(sessions.find(second)).toBeNull();
  });
});
