import { describe, expect, it } from 'vitest';
import { NewestPictures } from '../../src/http/newest-pictures.ts';
import type { Frame } from '../../src/stream/frame.ts';
import { PictureMemory } from '../../src/stream/picture-memory.ts';

const frame = (sequence: number): Frame => ({
  cameraId: 'yard',
  sequence,
  receivedAt: 0,
  receivedMono: 0,
  decodedMono: 0,
  width: 1,
  height: 1,
  pixels: new Uint8Array(3),
});

describe('NewestPictures', () => {
  it('encodes once a frame, when somebody asks', async () => {
    const encoded: number[] = [];
    const pictures = new NewestPictures(new PictureMemory(), async ({ sequence }) => Uint8Array.of(encoded.push(sequence)));
    expect(await pictures.picture('yard')).toBeNull();
    pictures.offer(frame(1));
    pictures.offer(frame(3));
    pictures.offer(frame(2));
    expect(encoded).toEqual([]);
    const all = await Promise.all([pictures.picture('yard'), pictures.picture('yard')]);
    expect(all.map((picture) => picture?.frameSequence)).toEqual([3, 3]);
    expect(encoded).toEqual([3]);
    pictures.forget('yard');
    expect(await pictures.picture('yard')).toBeNull();
  });

  it('names the frame of the picture, although a newer one came while it was made; tries again after a failure', async () => {
    let fails = true;
    const pictures = new NewestPictures(new PictureMemory(), async ({ sequence }) => {
      pictures.offer(frame(8));
      if (fails) throw new Error('no');
      return Uint8Array.of(sequence);
    });
    pictures.offer(frame(7));
    await expect(pictures.picture('yard')).rejects.toThrow('no');
    fails = false;
    expect(await pictures.picture('yard')).toEqual({ frameSequence: 8, jpeg: Uint8Array.of(8) });
  });
});
