import { describe, expect, it } from 'vitest';
import { PictureGroup } from '../../src/live/picture-group.ts';

const chunk = (isKey: boolean, size = 10) => ({ isKey, bytes: new Uint8Array(size) });

describe('PictureGroup', () => {
  it('holds what came since the newest key frame', () => {
    const group = new PictureGroup();
    expect(group.add(chunk(false))).toBe('ignored');
    const [key, delta, newKey] = [chunk(true), chunk(false), chunk(true)];
    expect([group.add(key), group.add(delta)]).toEqual(['kept', 'kept']);
    expect(group.chunks).toEqual([key, delta]);
    group.add(newKey);
    expect(group.chunks).toEqual([newKey]);
  });

  it('gives up a group that has become too large, until the next', () => {
    const group = new PictureGroup(25);
    const outcomes = [chunk(true), chunk(false), chunk(false), chunk(false), chunk(true)].map((one) => group.add(one));
    expect(outcomes).toEqual(['kept', 'kept', 'cut', 'ignored', 'kept']);
    expect(group.chunks.length).toBe(1);
  });
});
