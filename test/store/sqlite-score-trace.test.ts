import { describe, expect, it } from 'vitest';
import type { TracedChunk } from '../../src/events/score-trace.ts';
import { MOST_WAITING_BYTES, SqliteScoreTrace } from '../../src/store/sqlite-score-trace.ts';
import type { StoreThread } from '../../src/store/store-thread.ts';
import { FramewatchError } from '../../src/util/errors.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { tracedChunks } from '../helpers/traced-chunks.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

describe('SqliteScoreTrace', () => {
  it('writes in order, at most 64 parts a transaction', async () => {
    const { trace, written } = stage();
    const parts = tracedChunks(150);
    trace.record(parts.slice(0, 10));
    trace.record(parts.slice(10));
    await settled();
    expect(written.map((some) => some.length)).toEqual([10, 64, 64, 12]);
    expect(written.flat()).toEqual(parts);
  });

  it('keeps what the disk does not take, and writes it when there is room, told once', async () => {
    const { trace, written, clock, logger, fail } = stage();
    const parts = tracedChunks(3);
    fail('STORE_UNAVAILABLE');
    trace.record(parts.slice(0, 1));
    await clock.advance(12_000);
    trace.record(parts.slice(1));
    expect(written).toEqual([]);
    fail(null);
    await clock.advance(5_000);
    expect(written.flat()).toEqual(parts);
    expect(logger.lines.map(({ level }) => level)).toEqual(['warn', 'info']);
    expect(trace.lostFrames).toBe(0);
  });

  it('shows what is not known to be on disk, until it is', async () => {
    const { trace, clock, fail } = stage();
    const parts = tracedChunks(2);
    const other = tracedChunks(1, { key: 2, camera: 'yard' });
    fail('STORE_UNAVAILABLE');
    trace.record([...parts, ...other]);
    // On its way, and waiting again.
    expect(trace.waitingOf('door')).toEqual(parts);
    await settled();
    expect([trace.waitingOf('door'), trace.waitingOf('yard')]).toEqual([parts, other]);
    fail(null);
    await clock.advance(5_000);
    expect([trace.waitingOf('door'), trace.waitingOf('yard')]).toEqual([[], []]);
  });

  it('writes the newest form of a part that grew while it waited', async () => {
    const { trace, written, clock, fail } = stage();
    fail('STORE_UNAVAILABLE');
    trace.record(tracedChunks(2));
    await settled();
    trace.record(tracedChunks(2, { frames: 6 }).slice(1));
    fail(null);
    await clock.advance(5_000);
    expect(written.flat().map(({ chunk }) => [chunk.number, chunk.frames])).toEqual([
      [0, 4],
      [1, 6],
    ]);
  });

  it('gives up the oldest when too much waits, counts its frames, and says so once', async () => {
    const { trace, written, clock, logger, fail } = stage();
    fail('STORE_UNAVAILABLE');
    const [sample] = tracedChunks(1);
    if (!sample) throw new Error('no part');
    const large = (number: number): TracedChunk => ({ ...sample, chunk: { ...sample.chunk, number, bytes: new Uint8Array(MOST_WAITING_BYTES / 4) } });
    trace.record([large(0)]);
    await settled();
    for (let number = 1; number < 7; number += 1) trace.record([large(number)]);
    expect(trace.lostFrames).toBe(3 * 4);
    fail(null);
    await clock.advance(5_000);
    expect(written.flat().map(({ chunk }) => chunk.number)).toEqual([3, 4, 5, 6]);
    expect(logger.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  it('gives up what can never be written, and goes on', async () => {
    const { trace, written, clock, fail } = stage();
    fail('INTERNAL');
    trace.record(tracedChunks(1));
    await settled();
    expect(trace.lostFrames).toBe(4);
    fail(null);
    const next = tracedChunks(2).slice(1);
    trace.record(next);
    await clock.advance(5_000);
    expect(written.flat()).toEqual(next);
  });

  it('writes what waits when it is closed, and takes nothing more', async () => {
    const { trace, written, clock, fail } = stage();
    fail('STORE_UNAVAILABLE');
    trace.record(tracedChunks(1));
    await settled();
    fail(null);
    await trace.close(900);
    trace.record(tracedChunks(1, { key: 2 }));
    await clock.advance(60_000);
    expect(written.flat().map(({ session }) => session.key)).toEqual([1]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('does not wait for a disk that hangs', async () => {
    const { trace, clock, hang } = stage();
    hang();
    trace.record(tracedChunks(1));
    const closed = trace.close(900);
    await clock.advance(900);
    await closed;
  });
});

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** In place of the store's thread: takes, refuses or hangs as told. */
function stage() {
  const clock = new VirtualClock();
  const logger = recordingLogger();
  const written: (readonly TracedChunk[])[] = [];
  let failure: 'STORE_UNAVAILABLE' | 'INTERNAL' | null = null;
  let hangs = false;
  const thread = {
    async call(_name: string, { parts }: { readonly parts: readonly TracedChunk[] }) {
      await Promise.resolve();
      if (hangs) await new Promise(() => undefined);
      if (failure !== null) throw new FramewatchError(failure, 'the disk says no');
      written.push(parts);
      return null;
    },
  } as unknown as Pick<StoreThread, 'call'>;
  const trace = new SqliteScoreTrace({ thread, clock, logger });
  return {
    ...{ trace, clock, logger, written },
    fail: (code: typeof failure) => {
      failure = code;
    },
    hang: () => {
      hangs = true;
    },
  };
}
