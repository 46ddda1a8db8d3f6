import { expect, it } from 'vitest';
import { HeldPictures } from '../../src/monitor/held-pictures.ts';
import { PictureMemory } from '../../src/stream/picture-memory.ts';

it('counts a picture once however many hold it, and gives its memory back with the last', () => {
  const memory = new PictureMemory();
  const held = new HeldPictures(memory, 250);
  const [first, second, third] = [memory.take(100), memory.take(100), memory.take(100)];
  expect([held.hold(first), held.hold(first), held.hold(second)]).toEqual([true, true, true]);
  expect([held.bytes, held.hold(third)]).toEqual([200, false]);
  held.release(first);
  expect([held.bytes, memory.readyBytes]).toEqual([200, 0]);
  held.release(first);
  expect([held.bytes, memory.readyBytes, held.hold(third)]).toEqual([100, 100, true]);
  // One that is not held is none of its business.
  held.release(first);
  expect(held.bytes).toBe(200);
});
