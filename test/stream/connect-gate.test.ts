import { describe, expect, it } from 'vitest';
import { ConnectGate, type ConnectPermit } from '../../src/stream/connect-gate.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

const FOREVER = new AbortController().signal;

describe('ConnectGate', () => {
  it('lets 200 cameras in by tens a second, 16 at once, 2 a host, and all of them', async () => {
    const clock = new VirtualClock();
    const gate = new ConnectGate(clock);
    const starts: number[] = [];
    const connecting = new Map<string, number>();
    let most = 0;
    for (let camera = 0; camera < 200; camera++) {
      const host = `host${camera % 50}`;
      void gate.acquire(host, new AbortController().signal).then((permit) => {
        starts.push(clock.monotonicMs());
        connecting.set(host, (connecting.get(host) ?? 0) + 1);
        most = Math.max(
          most,
          [...connecting.values()].reduce((sum, count) => sum + count, 0),
        );
        expect(connecting.get(host)).toBeLessThanOrEqual(2);
        clock.setTimer(1000, () => {
          connecting.set(host, (connecting.get(host) ?? 0) - 1);
          permit?.release();
        });
      });
    }
    await clock.advance(60_000);
    expect(starts).toHaveLength(200);
    expect(most).toBeLessThanOrEqual(16);
    for (const start of starts) expect(starts.filter((other) => other >= start && other < start + 1000).length).toBeLessThanOrEqual(10);
  });

  it('passes over a busy host and forgets who has left', async () => {
    const clock = new VirtualClock();
    const gate = new ConnectGate(clock, { atOnce: 16, perHost: 1, startsPerSecond: 1000 });
    const leaving = new AbortController();
    const order: string[] = [];
    const first = await gate.acquire('a', FOREVER);
    const left = gate.acquire('a', leaving.signal);
    const take = (name: string) => (permit: ConnectPermit | null) => {
      if (permit) order.push(name);
    };
    void gate.acquire('a', FOREVER).then(take('a again'));
    void gate.acquire('b', FOREVER).then(take('b'));
    await clock.advance(100);
    leaving.abort();
    expect(await left).toBeNull();
    expect(order).toEqual(['b']);
    first?.release();
    first?.release();
    await clock.advance(100);
    expect(order).toEqual(['b', 'a again']);
  });
});
