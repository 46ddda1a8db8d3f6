import { describe, expect, it } from 'vitest';
import { modeFor, troubleMessage } from '../../src/live/live-message.ts';

describe('what viewers are told', () => {
  it('is the camera itself only for those who can play it', () => {
    const wish = (codecs: string[], mode: 'auto' | 'jsmpeg' = 'auto') => ({ codecs: new Set(codecs), mode });
    expect(modeFor(wish(['avc1']), 'avc1')).toBe('mse');
    expect(modeFor(wish(['avc1']), 'hvc1')).toBe('jsmpeg');
    expect(modeFor(wish(['avc1', 'hvc1']), 'hvc1')).toBe('mse');
    expect(modeFor(wish(['avc1'], 'jsmpeg'), 'avc1')).toBe('jsmpeg');
    // Nobody plays MPEG-4 part 2, whatever a client says.
    expect(modeFor(wish(['mp4v']), 'mp4v')).toBe('jsmpeg');
  });

  it('tells a camera that is away from one that cannot be shown', () => {
    expect(troubleMessage('CAMERA_UNREACHABLE', 'away', null).type).toBe('offline');
    expect(troubleMessage('CAMERA_AUTH_FAILED', 'no', '2026-01-01T00:00:00.000Z')).toEqual({
      type: 'error',
      code: 'CAMERA_AUTH_FAILED',
      message: 'no',
      nextTryAt: '2026-01-01T00:00:00.000Z',
    });
  });
});
