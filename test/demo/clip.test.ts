import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { programmeClip } from '../../src/demo/clip.ts';
import type { Programme } from '../../src/demo/scenes.ts';
import { SHORT_PROGRAMME } from './short-programme.ts';

let stateDir = '';

beforeEach(async () => {
  stateDir = await mkdtemp(path.join(tmpdir(), 'framewatch-clip-'));
});

afterEach(() => rm(stateDir, { recursive: true, force: true }));

describe('programmeClip', () => {
  it('renders once, with key frames and B-frames as asked, and then reads the cache', async () => {
    const { clip, rendered } = await clipOf(SHORT_PROGRAMME);
    expect(rendered).toBe(true);
    expect(clip.stream.units.flatMap(({ key }, index) => (key ? [index] : []))).toEqual([0, 12, 24]);
    expect(clip.stream.units.some(({ displayIndex }, index) => displayIndex > index)).toBe(true);
    expect(await clipOf(SHORT_PROGRAMME)).toEqual({ clip, rendered: false });
    expect(await cached()).toHaveLength(1);
  });

  it('renders anew when a drawing changed, and when the cached file was damaged', async () => {
    await clipOf(SHORT_PROGRAMME);
    const [file = ''] = await cached();
    const whole = await readFile(file);
    await writeFile(file, whole.subarray(0, whole.length / 2));
    expect((await clipOf(SHORT_PROGRAMME)).rendered).toBe(true);
    expect((await stat(file)).size).toBe(whole.length);
    const changed = { ...SHORT_PROGRAMME, scenes: SHORT_PROGRAMME.scenes.map((scene) => ({ ...scene, draw: () => '<circle r="50"/>' })) };
    expect((await clipOf(changed)).rendered).toBe(true);
    expect(await cached()).toHaveLength(2);
  });

  it('leaves nothing behind when it is broken off', async () => {
    const abort = new AbortController();
    let drawings = 0;
    const draw = () => {
      drawings += 1;
      // All are drawn once for the content hash; then the rendering begins.
      if (drawings === 15) abort.abort(new Error('enough'));
      return '<circle r="50"/>';
    };
    const [scene] = SHORT_PROGRAMME.scenes;
    if (!scene) throw new Error('no scene');
    const rendering = clipOf({ ...SHORT_PROGRAMME, scenes: [{ ...scene, seconds: 5, draw }] }, abort.signal);
    await expect(rendering).rejects.toThrow('enough');
    expect(await cached()).toEqual([]);
  });
});

function clipOf(programme: Programme, signal: AbortSignal = new AbortController().signal): ReturnType<typeof programmeClip> {
  return programmeClip({ programme, ffmpegPath: 'ffmpeg', stateDir, signal });
}

async function cached(): Promise<string[]> {
  const folder = path.join(stateDir, 'cache', 'demo');
  return (await readdir(folder)).map((name) => path.join(folder, name));
}
