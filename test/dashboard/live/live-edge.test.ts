import { describe, expect, it } from 'vitest';
import { disposablePast, seekTarget } from '../../../src/dashboard/live/live-edge.ts';

describe('seekTarget', () => {
  it.each([
    ['nothing has come', 0, [], null],
    ['it joins a camera that has run for long', 0, [{ start: 500, end: 500.2 }], 500],
    ['it joins with a whole group', 0, [{ start: 500, end: 502 }], 501.7],
    ['it is near the edge', 501, [{ start: 500, end: 502 }], null],
    ['it has fallen behind', 500.4, [{ start: 500, end: 502 }], 501.7],
    [
      'it stands at a gap',
      502,
      [
        { start: 500, end: 502 },
        { start: 502.5, end: 502.7 },
      ],
      502.5,
    ],
    [
      'it comes to a gap',
      501.5,
      [
        { start: 500, end: 502 },
        { start: 502.5, end: 502.7 },
      ],
      null,
    ],
    ['what it showed is gone', 490, [{ start: 500, end: 500.5 }], 500.2],
    ['times went back', 900, [{ start: 0, end: 1 }], 0.7],
  ])('when %s', (_when, position, ranges, target) => {
    const found = seekTarget(position, ranges);
    if (target === null) expect(found).toBeNull();
    else expect(found).toBeCloseTo(target);
  });
});

it('goes to the edge, and never back, when it stood until now', () => {
  expect(seekTarget(501, [{ start: 500, end: 502 }], true)).toBeCloseTo(501.7);
  expect(seekTarget(501.55, [{ start: 500, end: 502 }], true)).toBeNull();
  expect(seekTarget(501.9, [{ start: 500, end: 502 }], true)).toBeNull();
});

describe('disposablePast', () => {
  it('keeps less than 30 seconds, and does not trouble for little', () => {
    expect(disposablePast(519, [{ start: 500, end: 520 }])).toBeNull();
    expect(disposablePast(521, [{ start: 500, end: 522 }])).toEqual({ start: 500, end: 513 });
    expect(disposablePast(5, [])).toBeNull();
  });

  it('gives up nearly all when there is no room, and says when there is nothing', () => {
    expect(disposablePast(505, [{ start: 500, end: 506 }], true)).toEqual({ start: 500, end: 504 });
    expect(disposablePast(500.5, [{ start: 500, end: 506 }], true)).toBeNull();
  });
});
