import { expect, it } from 'vitest';
import { ledgerShares } from '../../../src/dashboard/ui/ledger.ts';

const parts = { decode: 10, queue: 20, preprocess: 5, inference: 60, decide: 5 };

it('lays the parts side by side, and the whole against the bound', () => {
  const shares = ledgerShares({ ...parts, total: 100, bound: 200 });
  expect(shares.parts.map(({ part, from, share }) => [part, from, share])).toEqual([
    ['decode', 0, 0.1],
    ['queue', expect.closeTo(0.1), 0.2],
    ['preprocess', expect.closeTo(0.3), 0.05],
    ['inference', expect.closeTo(0.35), 0.6],
    ['decide', expect.closeTo(0.95), 0.05],
  ]);
  expect([shares.total, shares.bound]).toEqual([0.5, 1]);
});

it('takes the total for the longer when the bound was missed, and survives zeros', () => {
  expect(ledgerShares({ ...parts, total: 100, bound: 50 })).toMatchObject({ total: 1, bound: 0.5 });
  const none = ledgerShares({ decode: 0, queue: 0, preprocess: 0, inference: 0, decide: 0, total: 0, bound: 0 });
  expect(none.parts.every(({ from, share }) => from === 0 && share === 0)).toBe(true);
});
