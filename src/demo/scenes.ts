import { type Drawing, emptyStreet, garage, peachEllipses, portraitSketch, printedPage, thinCurves, visitor } from './drawings.ts';

/** A stretch of a programme with one picture in it that the network names by one label, by itself. */
export interface Scene {
  readonly name: string;
  readonly seconds: number;
  /** The bundled network's own top label for this scene: what a rule may wait for. */
  readonly label: 'Drawing' | 'Hentai' | 'Neutral';
  readonly draw: Drawing;
}

/** What one simulated camera shows, over and over. */
export interface Programme {
  readonly id: string;
  readonly name: string;
  readonly scenes: readonly Scene[];
  readonly encoding: { readonly keyFrameSeconds: number; readonly bFrames: number };
}

export const PROGRAMMES: readonly Programme[] = [
  {
    id: 'front_door',
    name: 'Front door',
    encoding: { keyFrameSeconds: 1, bFrames: 0 },
    scenes: [
      { name: 'empty street', seconds: 12, label: 'Neutral', draw: emptyStreet() },
      { name: 'visitor', seconds: 10, label: 'Drawing', draw: visitor() },
      { name: 'empty street', seconds: 14, label: 'Neutral', draw: emptyStreet() },
      { name: 'visitor', seconds: 8, label: 'Drawing', draw: visitor() },
    ],
  },
  {
    id: 'easel',
    name: 'Easel',
    encoding: { keyFrameSeconds: 1, bFrames: 2 },
    scenes: [
      { name: 'portrait', seconds: 12, label: 'Drawing', draw: portraitSketch(8) },
      { name: 'curves', seconds: 10, label: 'Neutral', draw: thinCurves(9) },
      { name: 'ellipses', seconds: 10, label: 'Hentai', draw: peachEllipses(3) },
      { name: 'curves', seconds: 9, label: 'Neutral', draw: thinCurves(9) },
    ],
  },
  {
    id: 'print_room',
    name: 'Print room',
    encoding: { keyFrameSeconds: 2, bFrames: 0 },
    scenes: [
      { name: 'text', seconds: 14, label: 'Neutral', draw: printedPage(5) },
      { name: 'ellipses', seconds: 10, label: 'Hentai', draw: peachEllipses(13) },
      { name: 'text', seconds: 12, label: 'Neutral', draw: printedPage(6) },
      { name: 'portrait', seconds: 12, label: 'Drawing', draw: portraitSketch(22) },
    ],
  },
  {
    id: 'garage',
    name: 'Garage',
    encoding: { keyFrameSeconds: 2, bFrames: 0 },
    scenes: [
      { name: 'door', seconds: 22, label: 'Neutral', draw: garage() },
      { name: 'door', seconds: 22, label: 'Neutral', draw: garage() },
    ],
  },
];

export function programmeSeconds(programme: Programme): number {
  return programme.scenes.reduce((sum, { seconds }) => sum + seconds, 0);
}

/** The scene at `second` of a programme, its number from 1, and how far through it (0…1) that is. */
export function sceneAt(programme: Programme, second: number): { scene: Scene; number: number; progress: number } {
  let start = 0;
  for (const [index, scene] of programme.scenes.entries()) {
    if (second < start + scene.seconds) return { scene, number: index + 1, progress: (second - start) / scene.seconds };
    start += scene.seconds;
  }
  throw new RangeError(`the programme of "${programme.id}" has no second ${second}`);
}
