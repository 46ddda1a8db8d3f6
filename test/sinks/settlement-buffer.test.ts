import { describe, expect, it } from 'vitest';
import { SettlementBuffer } from '../../src/sinks/settlement-buffer.ts';
import type { Settlement } from '../../src/store/outbox.ts';
import { sequencedEvent } from '../helpers/label-events.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

describe('SettlementBuffer', () => {
  it('gathers for 50 ms, and writes once', async () => {
    const { buffer, clock, written } = stage();
    buffer.delivered(1);
    buffer.dead(sequencedEvent(2), 't', 'refused', 'no');
    await clock.advance(49);
    expect(written).toEqual([]);
    await clock.advance(1);
    expect(written).toMatchObject([{ delivered: [1], dead: [{ sequence: 2, topic: 't', reason: 'refused', detail: 'no' }] }]);
    buffer.delivered(3);
    await clock.advance(50);
    expect(written.at(-1)).toEqual({ delivered: [3], dead: [] });
    await clock.advance(10_000);
    expect(written).toHaveLength(2);
  });

  it('tries again what the disk did not take, in one piece, and says so once', async () => {
    const { buffer, clock, written, logger, disk } = stage();
    disk.fails = true;
    buffer.delivered(1);
    await clock.advance(50);
    buffer.delivered(2);
    await clock.advance(3_000);
    disk.fails = false;
    await clock.advance(1_000);
    expect(written).toEqual([{ delivered: [1, 2], dead: [] }]);
    expect(logger.lines.map(({ level }) => level)).toEqual(['warn', 'info']);
  });

  it('has no room while 5,000 are unwritten, and tells when it has again', async () => {
    const { buffer, clock, disk, rooms } = stage();
    disk.fails = true;
    for (let sequence = 1; sequence <= 5_000; sequence++) buffer.delivered(sequence);
    await clock.advance(1_000);
    expect(buffer.hasRoom).toBe(false);
    disk.fails = false;
    await clock.advance(1_100);
    expect([buffer.hasRoom, rooms.count]).toEqual([true, 1]);
  });

  it('writes what is there at the end, also behind a write that is under way, and waits no longer than it may', async () => {
    const { buffer, clock, written, disk } = stage();
    buffer.delivered(1);
    await clock.advance(50);
    buffer.delivered(2);
    await buffer.close(100);
    expect(written.map(({ delivered }) => delivered)).toEqual([[1], [2]]);
    const hanging = stage();
    hanging.disk.hangs = true;
    hanging.buffer.delivered(1);
    const closed = hanging.buffer.close(100);
    await hanging.clock.advance(100);
    await closed;
    expect(disk.fails).toBe(false);
  });
});

function stage() {
  const clock = new VirtualClock();
  const logger = recordingLogger();
  const written: Settlement[] = [];
  const disk = { fails: false, hangs: false };
  const rooms = { count: 0 };
  const settle = (settlement: Settlement) => {
    if (disk.hangs) return new Promise<void>(() => undefined);
    if (disk.fails) return Promise.reject(new Error('no disk'));
    written.push(settlement);
    return Promise.resolve();
  };
  const buffer = new SettlementBuffer({
    outbox: { settle },
    clock,
    logger,
    roomAgain: () => {
      rooms.count += 1;
    },
  });
  return { buffer, clock, logger, written, disk, rooms };
}
