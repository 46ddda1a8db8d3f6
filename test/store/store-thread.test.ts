import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../src/store/sqlite-database.ts';
import { StoreThread } from '../../src/store/store-thread.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { labelEvent } from '../helpers/label-events.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { waitFor } from '../helpers/wait-for.ts';

describe('StoreThread', () => {
  it('refuses reads when too many wait, with a sentence, but never an append because of them', async () => {
    const { thread } = await open();
    await thread.call('append', { events: Array.from({ length: 20 }, () => labelEvent()), after: 0, outboxMs: null });
    let answered = 0;
    const count = () => {
      answered += 1;
    };
    const reads = Array.from({ length: 400 }, () => thread.call('query', { limit: 20 }).finally(count));
    const outcomes = Promise.allSettled(reads);
    expect(await thread.call('append', { events: [labelEvent()], after: 20, outboxMs: null })).toEqual({ firstSequence: 21 });
    // One runs, 256 wait; before the append came the refused ones, the one that ran, and the one whose turn it was, at most.
    expect(answered).toBeLessThanOrEqual(400 - 257 + 2);
    const refused = (await outcomes).filter((outcome) => outcome.status === 'rejected').map(({ reason }): unknown => reason);
    expect(refused).toHaveLength(400 - 257);
    expect(refused[0]).toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('256 calls wait') });
  });

  it('tells that something can never be stored, and goes on', async () => {
    const { thread } = await open();
    await expect(thread.call('append', { events: [labelEvent({ at: 'never' })], after: 0, outboxMs: null })).rejects.toMatchObject({
      code: 'INTERNAL',
    });
    expect(await thread.call('append', { events: [labelEvent()], after: 0, outboxMs: null })).toEqual({ firstSequence: 1 });
  });

  it('closes within its limit although the worker hangs in the disk, which is known until it does not', async () => {
    const { thread, stateDir, clock } = await open();
    const other = lockOut(stateDir);
    void thread.call('append', { events: [labelEvent()], after: 0, outboxMs: null }).catch(() => undefined);
    const read = expect(thread.call('query', { limit: 1 })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', message: 'The history is closed.' });
    const closed = thread.close(1_000);
    await read;
    await clock.advance(1_000);
    await closed;
    expect(thread.alive).toBe(true);
    other.script('ROLLBACK');
    await waitFor('the worker ends', () => !thread.alive);
  });
});

async function open() {
  const stateDir = temporaryDirectory();
  const clock = new VirtualClock();
  const thread = new StoreThread({ stateDir, instance: 'test', logger: silentLogger, clock });
  onTestFinished(() => thread.close(1_000));
  await thread.open();
  return { thread, stateDir, clock };
}

/** Another program that writes: until its ROLLBACK a commit waits within SQLite, a second long. */
function lockOut(stateDir: string) {
  const other = openDatabase(join(stateDir, 'history.db'), 0);
  onTestFinished(() => other.close());
  other.script('BEGIN IMMEDIATE');
  return other;
}
