import { expect, it } from 'vitest';
import { type Releasable, SessionsBySize } from '../../../src/engine/backends/sessions-by-size.ts';

/** Sessions that count; `first` is number 0. */
function world(options: { readonly failures?: number; readonly failingRelease?: number } = {}) {
  let failures = options.failures ?? 0;
  let opened = 0;
  const released: number[] = [];
  const session = (id: number): Releasable & { readonly id: number } => ({
    id,
    release() {
      released.push(id);
      return id === options.failingRelease ? Promise.reject(new Error(`session ${id} does not end`)) : Promise.resolve();
    },
  });
  const first = session(0);
  const open = () => (failures-- > 0 ? Promise.reject(new Error('no memory')) : Promise.resolve(session(++opened)));
  return { sessions: new SessionsBySize(open, first), released };
}

it('gives the first size the session that is open already, each other size its own, and keeps them', async () => {
  const { sessions } = world();
  const ids: number[] = [];
  for (const size of [1, 8, 1, 4, 8, 1]) ids.push((await sessions.of(size)).id);
  expect(ids).toEqual([0, 1, 0, 2, 1, 0]);
});

it('opens one session for a size that is asked for twice at once', async () => {
  const { sessions } = world();
  const [one, other] = await Promise.all([sessions.of(2), sessions.of(2)]);
  expect(one).toBe(other);
});

it('tries again after a session could not be opened, and keeps the others', async () => {
  const { sessions, released } = world({ failures: 1 });
  const first = await sessions.of(1);
  await expect(sessions.of(16)).rejects.toThrow('no memory');
  expect((await sessions.of(16)).id).toBe(1);
  expect(await sessions.of(1)).toBe(first);
  await sessions.release();
  expect(released).toEqual([0, 1]);
});

it('releases the first session even when no batch ever came', async () => {
  const { sessions, released } = world();
  await sessions.release();
  await sessions.release();
  expect(released).toEqual([0]);
});

it('tries to release all before it says that one failed', async () => {
  const { sessions, released } = world({ failingRelease: 0 });
  await sessions.of(1);
  await sessions.of(2);
  await expect(sessions.release()).rejects.toThrow('session 0 does not end');
  expect(released).toEqual([0, 1]);
});
