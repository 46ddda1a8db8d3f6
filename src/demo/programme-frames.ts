import { CANVAS_HEIGHT, CANVAS_WIDTH } from './drawings.ts';
import { renderSvg } from './scene-render.ts';
import { type Programme, programmeSeconds, sceneAt } from './scenes.ts';
import { strokeText } from './stroke-font.ts';

export const FRAME_WIDTH = 640;
export const FRAME_HEIGHT = 360;
export const FRAMES_PER_SECOND = 12;

const BYTES_PER_PIXEL = 3;
const CAPTION_HEIGHT = 20;
/** A drawing changes so often; in between only the camera moves. Drawing is what costs. */
const DRAWINGS_PER_SECOND = 2;

/** The SVG of every drawing and caption of a programme, in the order of their use: all that its pictures are made of. */
export function* programmeDrawings(programme: Programme): Generator<string> {
  const seconds = programmeSeconds(programme);
  for (let i = 0; i < seconds * DRAWINGS_PER_SECOND; i += 1) yield drawingSvg(programme, i);
  for (let second = 0; second < seconds; second += 1) yield captionSvg(programme, second);
}

/**
 * All frames of a programme, RGB24 and FRAME_WIDTH × FRAME_HEIGHT. The buffer is the consumer's.
 * Each shows a slowly wandering part of the drawing of its half second, below a line with the camera's name and a clock.
 */
export async function* programmeFrames(programme: Programme): AsyncGenerator<Buffer> {
  let drawing = Buffer.alloc(0);
  let caption = Buffer.alloc(0);
  for (let frame = 0; frame < programmeSeconds(programme) * FRAMES_PER_SECOND; frame += 1) {
    if (frame % (FRAMES_PER_SECOND / DRAWINGS_PER_SECOND) === 0) {
      drawing = await renderSvg(drawingSvg(programme, (frame * DRAWINGS_PER_SECOND) / FRAMES_PER_SECOND));
    }
    if (frame % FRAMES_PER_SECOND === 0) caption = await renderSvg(captionSvg(programme, frame / FRAMES_PER_SECOND));
    const picture = cropped(drawing, wander(frame, CANVAS_WIDTH - FRAME_WIDTH, 190), wander(frame, CANVAS_HEIGHT - FRAME_HEIGHT, 130));
    caption.copy(picture);
    yield picture;
  }
}

function drawingSvg(programme: Programme, index: number): string {
  const { scene, progress } = sceneAt(programme, index / DRAWINGS_PER_SECOND);
  return svg(CANVAS_WIDTH, CANVAS_HEIGHT, scene.draw(progress));
}

function captionSvg(programme: Programme, second: number): string {
  const { number } = sceneAt(programme, second);
  const clock = `${pad(second / 60)}:${pad(second % 60)}`;
  const path = strokeText(programme.name, 8, 5, 10) + strokeText(`SCENE ${number}  ${clock}`, FRAME_WIDTH - 150, 5, 10);
  const text = `<path d="${path}" fill="none" stroke="#e8e8e8" stroke-width="1.3"/>`;
  return svg(FRAME_WIDTH, CAPTION_HEIGHT, `<rect width="${FRAME_WIDTH}" height="${CAPTION_HEIGHT}" fill="#181a1c"/>${text}`);
}

function svg(width: number, height: number, body: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${body}</svg>`;
}

/** A whole number from 0 to `room` that goes to and fro, once in `period` frames. */
function wander(frame: number, room: number, period: number): number {
  return Math.round((room / 2) * (1 - Math.cos((frame / period) * 2 * Math.PI)));
}

function cropped(drawing: Buffer, left: number, top: number): Buffer {
  const picture = Buffer.allocUnsafe(FRAME_WIDTH * FRAME_HEIGHT * BYTES_PER_PIXEL);
  const rowBytes = FRAME_WIDTH * BYTES_PER_PIXEL;
  for (let row = 0; row < FRAME_HEIGHT; row += 1) {
    const from = ((top + row) * CANVAS_WIDTH + left) * BYTES_PER_PIXEL;
    drawing.copy(picture, row * rowBytes, from, from + rowBytes);
  }
  return picture;
}

function pad(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}
