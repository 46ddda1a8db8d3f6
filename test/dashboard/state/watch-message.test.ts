import { describe, expect, it } from 'vitest';
import { watchMessage } from '../../../src/dashboard/state/watch-message.ts';
import { parseWatch } from '../../../src/http/watch-message.ts';

describe('watchMessage', () => {
  it('is what the daemon reads', () => {
    const ids = new Set(['yard', 'door']);
    expect(parseWatch(watchMessage(ids).text)).toEqual({ tiles: ids, classifications: ids });
  });

  it('never has more bytes than the daemon takes; what has no room is counted', () => {
    const ids = Array.from({ length: 300 }, (_, index) => `${index}`.padStart(64, 'c'));
    const { text, leftOut } = watchMessage(ids);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(16 * 1024);
    const watch = parseWatch(text);
    expect(typeof watch === 'string' ? watch : watch.tiles.size + leftOut).toBe(300);
    expect(leftOut).toBeLessThan(200);
  });
});
