import { expect, it } from 'vitest';
import { Pace } from '../../src/classify/pace.ts';
import { RateWindow } from '../../src/telemetry/rate-window.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

it('counts time from the first picture, not from when the network began to load', async () => {
  const clock = new VirtualClock();
  const pace = new Pace(clock, () => new RateWindow(clock));
  await clock.advance(8000);
  expect({ elapsed: pace.elapsedMs, seconds: pace.seconds, rate: pace.rate }).toEqual({ elapsed: 0, seconds: 0, rate: 0 });
  pace.begin();
  for (let second = 0; second < 3; second += 1) {
    pace.begin();
    pace.add(40);
    await clock.advance(1000);
  }
  expect({ judged: pace.judged, elapsed: pace.elapsedMs, seconds: pace.seconds, rate: pace.rate }).toEqual({
    ...{ judged: 120, elapsed: 3000, seconds: 2, rate: 40 },
  });
});
