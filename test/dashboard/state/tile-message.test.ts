import { describe, expect, it } from 'vitest';
import { readTile } from '../../../src/dashboard/state/tile-message.ts';
import { encodeTile } from '../../../src/http/tile-message.ts';

const bufferOf = (bytes: Uint8Array) => Uint8Array.from(bytes).buffer;

describe('readTile', () => {
  it('reads what the daemon writes', () => {
    const tile = readTile(bufferOf(encodeTile('front_door', 2 ** 40 + 5, Uint8Array.of(255, 216, 1))));
    expect(tile).toEqual({ camera: 'front_door', sequence: 2 ** 40 + 5, jpeg: Uint8Array.of(255, 216, 1) });
  });

  it('takes nothing of another version or that is cut short', () => {
    const whole = encodeTile('yard', 1, Uint8Array.of(1));
    for (let length = 0; length < whole.length; length += 1) expect(readTile(bufferOf(whole.subarray(0, length))), String(length)).toBeNull();
    expect(readTile(bufferOf(Uint8Array.from(whole, (byte, index) => (index === 0 ? 2 : byte))))).toBeNull();
  });
});
