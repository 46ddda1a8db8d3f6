import { describe, expect, it } from 'vitest';
import { BirthEcho, birthRoute } from '../../../src/sinks/home-assistant/birth-echo.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';

function stage() {
  const clock = new VirtualClock();
  const repeats: number[] = [];
  const echo = new BirthEcho({
    clock,
    repeat: (spreadMs) => {
      expect(spreadMs).toBe(5_000);
      repeats.push(clock.monotonicMs());
    },
  });
  return { clock, repeats, echo };
}

describe('BirthEcho', () => {
  it('repeats at once for one birth, and once more for all that come meanwhile', async () => {
    const { clock, repeats, echo } = stage();
    echo.birth();
    expect(repeats).toEqual([0]);
    await clock.advance(1_000);
    for (let i = 0; i < 100; i++) echo.birth();
    expect(repeats).toEqual([0]);
    await clock.advance(60_000);
    expect(repeats).toEqual([0, 5_000]);
    echo.birth();
    expect(repeats).toHaveLength(3);
    echo.close();
  });

  it('repeats no more after its end', async () => {
    const { clock, repeats, echo } = stage();
    echo.birth();
    echo.birth();
    echo.close();
    await clock.advance(60_000);
    expect(repeats).toEqual([0]);
  });
});

describe('birthRoute', () => {
  it('knows a birth and a last will, and nothing else', () => {
    let births = 0;
    const route = birthRoute('home/assistant', () => {
      births += 1;
    });
    expect(route).toMatchObject({ filter: 'home/assistant/status', acceptsRetained: true });
    const outcomes = ['online', 'offline', 'ONLINE', ''].map((payload) =>
      route.receive({ topic: route.filter, payload: Buffer.from(payload), retained: false, user: {} }),
    );
    expect([outcomes, births]).toEqual([['taken', 'taken', 'notUnderstood', 'notUnderstood'], 1]);
  });
});
