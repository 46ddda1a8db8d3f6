import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { CANVAS_HEIGHT, CANVAS_WIDTH, printedPage, visitor } from '../../src/demo/drawings.ts';

const run = promisify(execFile);

export interface SceneClip {
  readonly folder: string;
  readonly name: string;
  /** Each scene's length, s. */
  readonly sceneSeconds: number;
  /** Frames from key frame to key frame. */
  readonly gop: number;
  readonly bFrames: number;
  readonly size?: string;
}

/** A clip of two still scenes on which the network's own top label differs: `Drawing` (0.99), then `Neutral` (1.0). 25 frames/s, H.264. */
export async function makeSceneClip({ folder, name, sceneSeconds, gop, bFrames, size = '640x360' }: SceneClip): Promise<string> {
  const args = ['-y', '-loglevel', 'error'];
  for (const [scene, draw] of [visitor(), printedPage(5)].entries()) {
    const picture = path.join(folder, `${name}-${scene}.png`);
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${CANVAS_WIDTH} ${CANVAS_HEIGHT}" width="${CANVAS_WIDTH}" height="${CANVAS_HEIGHT}">${draw(0.5)}</svg>`;
    await sharp(Buffer.from(svg)).png().toFile(picture);
    args.push('-loop', '1', '-framerate', '25', '-t', String(sceneSeconds), '-i', picture);
  }
  const scaled = `scale=${size.replace('x', ':')},format=yuv420p,setsar=1`;
  args.push('-filter_complex', `[0:v]${scaled}[a];[1:v]${scaled}[b];[a][b]concat=n=2:v=1`);
  const file = path.join(folder, `${name}.mp4`);
  await run('ffmpeg', [...args, '-c:v', 'libx264', '-preset', 'ultrafast', '-bf', String(bFrames), '-g', String(gop), '-sc_threshold', '0', file]);
  return file;
}
