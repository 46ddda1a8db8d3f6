import { describe, expect, it } from 'vitest';
import { RetainedBoard } from '../../src/sinks/retained-board.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

describe('RetainedBoard', () => {
  it('hands over the newest content of a topic, once', () => {
    const { board, takeAll } = setUp();
    board.set({ topic: 'a', payload: '1', qos: 1 });
    board.set({ topic: 'a', payload: '2', qos: 1 });
    board.set({ topic: 'b', payload: 'x', qos: 0 });
    expect(takeAll()).toEqual(['a=2', 'b=x']);
    expect(takeAll()).toEqual([]);
  });

  it('hands everything over again after a reconnect', () => {
    const { board, takeAll } = setUp();
    board.set({ topic: 'a', payload: '1', qos: 1 }, 500);
    expect(takeAll()).toEqual(['a=1']);
    board.repeatAll();
    expect(takeAll()).toEqual(['a=1']);
  });

  it('hands over at most every interval, the newest wins, and says when it is time', async () => {
    const { board, takeAll, clock, wakes } = setUp();
    board.set({ topic: 'a', payload: '1', qos: 1 }, 500);
    expect(takeAll()).toEqual(['a=1']);
    await clock.advance(100);
    for (const payload of ['2', '3']) {
      board.set({ topic: 'a', payload, qos: 1 }, 500);
      expect(takeAll()).toEqual([]);
    }
    await clock.advance(399);
    expect(wakes()).toBe(0);
    await clock.advance(1);
    expect(wakes()).toBe(1);
    expect(takeAll()).toEqual(['a=3']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('hands everything over once more within a time, each at a moment of its own, and what changes at once', async () => {
    const { board, takeAll, clock } = setUp();
    for (const topic of ['a', 'b', 'c', 'd']) board.set({ topic, payload: '1', qos: 1 });
    takeAll();
    const moments = [0.1, 0.5, 0.9, 0.99];
    board.repeatSpread(5_000, () => moments.shift() ?? 0);
    expect(takeAll()).toEqual([]);
    await clock.advance(500);
    expect(takeAll()).toEqual(['a=1']);
    board.set({ topic: 'c', payload: '2', qos: 1 });
    expect(takeAll()).toEqual(['c=2']);
    await clock.advance(2_000);
    expect(takeAll()).toEqual(['b=1']);
    await clock.advance(2_500);
    expect(takeAll()).toEqual(['d=1']);
    await clock.advance(60_000);
    expect(takeAll()).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('tells that the broker has taken the newest, and only of that', () => {
    const { board } = setUp();
    const taken: string[] = [];
    const set = (payload: string) => board.set({ topic: 'a', payload, qos: 1, acknowledged: () => void taken.push(payload) });
    set('1');
    const first = board.take();
    set('');
    const second = board.take();
    if (first) board.settle(first);
    expect(taken).toEqual([]);
    if (second) board.settle(second);
    expect(taken).toEqual(['']);
    board.repeatAll();
    expect(board.take()).toBeUndefined();
  });

  it('does not wait for an interval when there is no later', () => {
    const { board, takeAll } = setUp();
    board.set({ topic: 'a', payload: '1', qos: 1 }, 500);
    takeAll();
    board.set({ topic: 'a', payload: '2', qos: 1 }, 500);
    board.hurry();
    expect(takeAll()).toEqual(['a=2']);
  });

  it('hands over again, after a pause, what could not be sent, or what is newer instead', async () => {
    const { board, takeAll, clock, wakes } = setUp();
    board.set({ topic: 'a', payload: '1', qos: 0 });
    const lost = board.take();
    if (lost) board.putBack(lost);
    expect(takeAll()).toEqual([]);
    await clock.advance(250);
    expect(wakes()).toBe(1);
    board.set({ topic: 'a', payload: '2', qos: 0 });
    expect(takeAll()).toEqual(['a=2']);
  });

  it('keeps a topic that the broker shall forget until it did', () => {
    const { board, takeAll } = setUp();
    const empty = { topic: 'a', payload: '', qos: 1 } as const;
    board.set(empty);
    expect(takeAll()).toEqual(['a=']);
    board.repeatAll();
    expect(takeAll()).toEqual(['a=']);
    board.settle(empty);
    board.repeatAll();
    expect(takeAll()).toEqual([]);
  });

  it('does not lose the new content of a topic when the broker answers that it forgot the old one', () => {
    const { board, takeAll } = setUp();
    const empty = { topic: 'a', payload: '', qos: 1 } as const;
    board.set(empty);
    takeAll();
    board.set({ topic: 'a', payload: 'again', qos: 1 });
    board.settle(empty);
    expect(takeAll()).toEqual(['a=again']);
  });

  it('leaves no timer behind', () => {
    const { board, takeAll, clock } = setUp();
    board.set({ topic: 'a', payload: '1', qos: 1 }, 500);
    takeAll();
    board.set({ topic: 'a', payload: '2', qos: 1 }, 500);
    takeAll();
    expect(clock.pendingTimers).toBe(1);
    board.close();
    expect(clock.pendingTimers).toBe(0);
  });
});

function setUp() {
  const clock = new VirtualClock();
  let woken = 0;
  const board = new RetainedBoard(clock, () => {
    woken += 1;
  });
  const takeAll = () => {
    const taken: string[] = [];
    for (let message = board.take(); message; message = board.take()) taken.push(`${message.topic}=${String(message.payload)}`);
    return taken;
  };
  return { board, clock, takeAll, wakes: () => woken };
}
