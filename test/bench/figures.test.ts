import { describe, expect, it } from 'vitest';
import { batchesBetween, figuresOf, offeredPerSecond } from '../../src/bench/figures.ts';
import { ledgerOf, sightOf } from './samples.ts';

const RATES = { framesPerSecond: 25, keyFramesPerSecond: 1 };

describe('figuresOf', () => {
  it('counts what rose between the sights, and nothing from before', () => {
    const first = sightOf(
      1000,
      [
        { received: 100, judged: 90, dropped: { superseded: 10 } },
        { received: 5, judged: 5 },
      ],
      {
        engineBusySeconds: 50,
        batches: new Map([[1, 10]]),
      },
    );
    const second = sightOf(
      11_000,
      [
        { received: 120, judged: 108, dropped: { superseded: 11, expired: 1 } },
        { received: 25, judged: 25 },
      ],
      {
        engineBusySeconds: 54,
        batches: new Map([
          [1, 20],
          [4, 7],
        ]),
      },
    );
    const ledgers = [...Array.from({ length: 37 }, () => ledgerOf(100)), ledgerOf(501)];
    const figures = figuresOf({ load: { cameras: 2, sampleFps: 2 }, first, second, ledgers, rates: RATES });
    expect(figures).toMatchObject({
      seconds: 10,
      offered: 40,
      received: 40,
      judged: 38,
      dropped: { superseded: 1, expired: 1 },
      framesPerSecond: 3.8,
    });
    expect(figures).toMatchObject({
      samples: 38,
      missedShare: 3 / 40,
      engineBusyShare: 0.4,
      meanBatch: 38 / 17,
      live: { all: 2, keyframes: 0 },
      cores: null,
    });
    expect(figures.latencyMs).toMatchObject({ total: { p50: 100, p99: 501 }, inference: { p50: 90, p99: 491 }, decode: { p50: 4, p99: 4 } });
  });

  it('says so when nothing came', () => {
    const figures = figuresOf({
      load: { cameras: 1, sampleFps: 2 },
      first: sightOf(0, [{}]),
      second: sightOf(5000, [{ live: false }]),
      ledgers: [],
      rates: RATES,
    });
    expect(figures).toMatchObject({ judged: 0, samples: 0, latencyMs: null, meanBatch: null, missedShare: 0, live: { all: 0, keyframes: 0 } });
  });

  it('never says that the network ran for more than all the time', () => {
    const second = sightOf(1000, [{}], { engineBusySeconds: 1.4 });
    expect(figuresOf({ load: { cameras: 1, sampleFps: 2 }, first: sightOf(0, [{}]), second, ledgers: [], rates: RATES }).engineBusyShare).toBe(1);
  });

  it('counts a camera that came after the first sight from its beginning', () => {
    const second = sightOf(1000, [{ received: 3 }, { received: 4 }]);
    expect(figuresOf({ load: { cameras: 2, sampleFps: 2 }, first: sightOf(0, [{ received: 1 }]), second, ledgers: [], rates: RATES }).received).toBe(
      6,
    );
  });
});

it('offers no more than cameras send, and of key frames no more than there are', () => {
  const seen = sightOf(0, [{ decode: 'keyframes' }, {}]).cameras;
  expect(offeredPerSecond({ cameras: 2, sampleFps: 2 }, seen, RATES)).toBe(3);
  expect(offeredPerSecond({ cameras: 3, sampleFps: 50 }, seen, RATES)).toBe(51);
  expect(offeredPerSecond({ cameras: 2, sampleFps: 0.5 }, seen, RATES)).toBe(1);
});

it('tells the batches that ran in between', () => {
  expect([
    ...batchesBetween(
      new Map([[1, 2]]),
      new Map([
        [1, 5],
        [8, 1],
      ]),
    ),
  ]).toEqual([
    [1, 3],
    [8, 1],
  ]);
});
