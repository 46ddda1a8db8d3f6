import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RawFrameSplitter } from '../../src/stream/raw-frame-splitter.ts';

type Step = { announce: number } | { bytes: number };

describe('RawFrameSplitter', () => {
  it('cuts exactly, however the bytes are chunked, whichever pipe is ahead, and whether or not they are read into its room', () => {
    const sizes = fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 40 }), wanted: fc.boolean() }), { maxLength: 12 });
    const steps = fc.array(fc.oneof(fc.record({ announce: fc.integer({ min: 1, max: 3 }) }), fc.record({ bytes: fc.integer({ min: 1, max: 60 }) })));
    fc.assert(
      fc.property(sizes, steps, fc.integer({ min: 0, max: 30 }), fc.boolean(), (pictures, plan, missing, inPlace) => {
        const whole = Buffer.concat(pictures.map(({ bytes }, index) => Buffer.alloc(bytes, index + 1)));
        const sent = whole.subarray(0, Math.max(0, whole.length - missing));
        const got: [number, number[]][] = [];
        const splitter = new RawFrameSplitter<number>(
          (bytes) => Buffer.alloc(bytes),
          (tag, pixels) => got.push([tag, [...pixels]]),
        );
        // As a socket does: it asks where to read to before it waits for bytes, and announcements come meanwhile.
        let room = splitter.room();
        const readInto = (chunk: Uint8Array) => {
          for (let at = 0; at < chunk.length; room = splitter.room()) {
            const part = chunk.subarray(at, at + room.length);
            room.set(part);
            splitter.push(room.subarray(0, part.length));
            at += part.length;
          }
        };
        let announced = 0;
        let pushed = 0;
        const take = (step: Step) => {
          if ('bytes' in step) {
            const chunk = sent.subarray(pushed, pushed + step.bytes);
            pushed += chunk.length;
            if (inPlace) readInto(chunk);
            else splitter.push(chunk);
            return;
          }
          for (const { bytes, wanted } of pictures.slice(announced, announced + step.announce)) {
            if (wanted) splitter.announce(announced, bytes);
            else splitter.announceUnwanted(bytes);
            announced += 1;
          }
        };
        for (const step of plan) take(step);
        take({ announce: pictures.length });
        take({ bytes: whole.length + 1 });

        const endOf = (index: number) => pictures.slice(0, index + 1).reduce((sum, { bytes }) => sum + bytes, 0);
        const complete = pictures.map((_, index) => endOf(index) <= sent.length);
        expect(got).toEqual(
          pictures.flatMap(({ bytes, wanted }, index) => (wanted && complete[index] ? [[index, Array<number>(bytes).fill(index + 1)]] : [])),
        );
        expect(splitter.end()).toBe(complete.filter((isComplete) => !isComplete).length);
      }),
    );
  });

  it('reads a picture of the usual size where it stays', () => {
    const got: Uint8Array[] = [];
    const splitter = new RawFrameSplitter<null>(
      (bytes) => Buffer.alloc(bytes),
      (_, pixels) => got.push(pixels),
    );
    for (let count = 1; count <= 3; count++) {
      splitter.push(Buffer.alloc(10, count));
      const room = splitter.room();
      room.fill(count);
      if (count > 1) expect(room.length, 'the size of the one before').toBe(90);
      splitter.push(room.subarray(0, 90));
      splitter.announce(null, 100);
      if (count > 1) expect(got.at(-1)?.buffer).toBe(room.buffer);
    }
    expect(got.map((pixels) => [pixels.length, ...new Set(pixels)])).toEqual([1, 2, 3].map((count) => [100, count]));
  });

  it('counts bytes that nobody announced, and drops them at the end', () => {
    const splitter = new RawFrameSplitter<null>(
      (bytes) => Buffer.alloc(bytes),
      () => expect.unreachable(),
    );
    splitter.push(Buffer.alloc(10));
    expect(splitter.unannouncedBytes).toBe(10);
    expect(splitter.end()).toBe(1);
    expect(splitter.end()).toBe(0);
  });
});
