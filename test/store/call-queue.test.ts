import { describe, expect, it } from 'vitest';
import { type CallLane, CallQueue, MOST_WAITING } from '../../src/store/call-queue.ts';

describe('CallQueue', () => {
  it('lets appends overtake, however many read, but never lets them starve the others', () => {
    const queue = queueOf('read', 'upkeep', 'read', 'append', 'append', 'append');
    expect(takeAll(queue)).toEqual(['append', 'read', 'append', 'upkeep', 'append', 'read']);
  });

  it('refuses reads above their bound, and still takes appends and upkeep', () => {
    const queue = queueOf(...Array.from({ length: MOST_WAITING.read }, () => 'read' as const));
    expect(['read', 'append', 'upkeep'].map((lane) => queue.add({ lane: lane as CallLane }))).toEqual([false, true, true]);
    queue.take();
    queue.take();
    expect(queue.add({ lane: 'read' })).toBe(true);
  });

  it('can be rid of everything but the appends', () => {
    const queue = queueOf('read', 'append', 'upkeep');
    expect(queue.removeOthers()).toHaveLength(2);
    expect(takeAll(queue)).toEqual(['append']);
  });
});

function queueOf(...lanes: readonly CallLane[]): CallQueue<{ readonly lane: CallLane }> {
  const queue = new CallQueue<{ readonly lane: CallLane }>();
  for (const lane of lanes) queue.add({ lane });
  return queue;
}

function takeAll(queue: CallQueue<{ readonly lane: CallLane }>): CallLane[] {
  const lanes: CallLane[] = [];
  for (let call = queue.take(); call; call = queue.take()) lanes.push(call.lane);
  return lanes;
}
