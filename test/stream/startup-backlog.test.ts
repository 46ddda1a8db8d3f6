import { describe, expect, it } from 'vitest';
import { StartupBacklog } from '../../src/stream/startup-backlog.ts';

describe('StartupBacklog', () => {
  it('gives the packets of the first rush the arrivals they had, and leaves later ones alone', () => {
    const backlog = new StartupBacklog(1000);
    // Ten packets, 40 ms apart, were kept until 1400 and came out a millisecond apart; then the stream runs live.
    for (let index = 0; index < 10; index++) backlog.add({ dtsS: index * 0.04, arrivedMono: 1400 + index });
    expect(backlog.isOver(1410)).toBe(false);
    for (let index = 10; index < 14; index++) backlog.add({ dtsS: index * 0.04, arrivedMono: 1045 + index * 40 });
    expect(backlog.isOver(1600)).toBe(true);
    expect(backlog.trueArrival({ dtsS: 0, arrivedMono: 1400 })).toBeCloseTo(1045, 0);
    expect(backlog.trueArrival({ dtsS: 0.2, arrivedMono: 1405 })).toBeCloseTo(1245, 0);
    expect(backlog.trueArrival({ dtsS: 20, arrivedMono: 21_300 }), 'a late one of later').toBe(21_300);
  });

  it('never dates a packet before the connection', () => {
    const backlog = new StartupBacklog(1000);
    for (let index = 0; index < 100; index++) backlog.add({ dtsS: index * 0.04, arrivedMono: 1010 + index / 10 });
    expect(backlog.isOver(1300), 'quiet').toBe(true);
    expect(backlog.trueArrival({ dtsS: 0, arrivedMono: 1010 })).toBe(1000);
  });
});
