import { expect, it } from 'vitest';
import { seededRandom } from '../../src/demo/seeded-random.ts';
import { crashTrial } from '../helpers/crash-trial.ts';

it('loses nothing that was stored and breaks no order over 20 kills at random moments', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const { faults, ...report } = await crashTrial({ kills: 20, cameras: 4, rules: 3, random: seededRandom(seed) });
  expect(faults, `seed ${seed}`).toEqual([]);
  expect(report.kills).toBe(20);
  expect(report.received).toBe(report.stored);
  // Else the trial would have shown nothing.
  expect(report.lights).toBeGreaterThan(10);
  expect(report.recovered).toBeGreaterThan(10);
  expect(report.brokerAway).toBeGreaterThan(0);
}, 600_000);
