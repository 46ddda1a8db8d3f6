import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PictureMemory } from '../../src/stream/picture-memory.ts';

const MIB = 1024 * 1024;

describe('PictureMemory', () => {
  it('never gives away what somebody holds or keeps', () => {
    const step = fc.record({ does: fc.constantFrom('take', 'hold', 'release', 'keep'), which: fc.nat(9), bytes: fc.integer({ min: 1, max: 3 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const memory = new PictureMemory();
        const held: Uint8Array[] = [];
        const kept = new Set<Uint8Array>();
        for (const { does, which, bytes } of steps) {
          const one = held[which % Math.max(1, held.length)];
          if (does === 'take') {
            const picture = memory.take(bytes);
            expect(picture.length).toBe(bytes);
            expect(held.includes(picture) || kept.has(picture)).toBe(false);
            memory.hold(picture);
            held.push(picture);
          } else if (one && does === 'hold') {
            memory.hold(one);
            held.push(one);
          } else if (one && does === 'release') {
            held.splice(held.indexOf(one), 1);
            memory.release(one);
          } else if (one) {
            memory.keep(one);
            kept.add(one);
          }
        }
      }),
    );
  });

  it('uses again what the last holder released, and only at its own size', () => {
    const memory = new PictureMemory();
    const picture = memory.take(12);
    memory.hold(picture);
    memory.hold(picture);
    memory.release(picture);
    expect(memory.take(12)).not.toBe(picture);
    memory.release(picture);
    expect(memory.readyBytes).toBe(12);
    expect(memory.take(11)).not.toBe(picture);
    expect(memory.take(12)).toBe(picture);
    expect(memory.readyBytes).toBe(0);
  });

  it('does not let a picture be used after it was given back', () => {
    const memory = new PictureMemory();
    const picture = memory.take(12);
    memory.hold(picture);
    memory.release(picture);
    for (const use of ['hold', 'release', 'keep'] as const) expect(() => memory[use](picture)).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
  });

  it('leaves pixels from elsewhere alone', () => {
    const memory = new PictureMemory();
    const foreign = new Uint8Array(12);
    memory.hold(foreign);
    memory.release(foreign);
    memory.release(foreign);
    expect(memory.readyBytes).toBe(0);
  });

  it('has no more than 64 MiB lying ready, and lets go of the oldest', () => {
    const memory = new PictureMemory();
    const pictures = Array.from({ length: 70 }, (_, index) => memory.take(MIB + (index < 4 ? 1 : 0)));
    for (const picture of pictures) memory.hold(picture);
    for (const picture of pictures) memory.release(picture);
    expect(memory.readyBytes).toBe(64 * MIB);
    expect(pictures.includes(memory.take(MIB + 1))).toBe(false);
    expect(memory.take(MIB) === pictures.at(-1)).toBe(true);
  });
});
