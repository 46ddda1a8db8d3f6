import type { Programme } from '../../src/demo/scenes.ts';

/** Three seconds with B-frames, quick to draw: a square that jumps, then a disc. */
export const SHORT_PROGRAMME: Programme = {
  id: 'short',
  name: 'Short 1',
  encoding: { keyFrameSeconds: 1, bFrames: 2 },
  scenes: [
    {
      name: 'square',
      seconds: 2,
      label: 'Neutral',
      draw: (progress) => `<rect x="${Math.round(progress * 500)}" y="150" width="120" height="120" fill="#4a6"/>`,
    },
    { name: 'disc', seconds: 1, label: 'Neutral', draw: () => '<circle cx="360" cy="200" r="90" fill="#d55"/>' },
  ],
};
