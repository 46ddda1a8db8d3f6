import { describe, expect, it } from 'vitest';
import { readLiveMessage } from '../../../src/dashboard/live/live-messages.ts';

describe('readLiveMessage', () => {
  it('reads what the server sends', () => {
    const init = { type: 'init', mode: 'mse', codec: 'avc1.640028', width: 1920, height: 1080, epoch: 2 };
    expect(readLiveMessage(JSON.stringify(init))).toEqual({ init: { mode: 'mse', codec: 'avc1.640028', width: 1920, height: 1080, epoch: 2 } });
    const trouble = { type: 'offline', code: 'CAMERA_DISABLED', message: 'off', nextTryAt: null };
    expect(readLiveMessage(JSON.stringify(trouble))).toEqual({
      trouble: { kind: 'offline', code: 'CAMERA_DISABLED', message: 'off', nextTryAt: null },
    });
    const coded = readLiveMessage(JSON.stringify({ type: 'init', mode: 'jsmpeg', width: 2, height: 2, epoch: 1 }));
    expect(coded).toMatchObject({ init: { codec: null } });
  });

  it.each([
    '',
    '[]',
    'null',
    '{"type":"later"}',
    '{"type":"init","mode":"other"}',
    '{"type":"init","mode":"mse","codec":"x","width":"1","height":1,"epoch":1}',
  ])('does not trip over %s', (text) => {
    expect(readLiveMessage(text)).toBeNull();
  });
});
