import { describe, expect, it } from 'vitest';
import { ChildNotes } from '../../src/stream/child-notes.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

const tail = (...texts: readonly string[]) => ({ notes: () => ({ omitted: 0, lines: texts.map((text) => ({ atMs: 7, text })) }) });

describe('ChildNotes', () => {
  it('keeps the child that runs and the one before it, newest first, each with its time', async () => {
    const clock = new VirtualClock();
    const notes = new ChildNotes(clock);
    const startMs = clock.wallMs();
    expect(notes.of('yard')).toEqual([]);
    notes.begin('yard', tail('first')).end();
    await clock.advance(1000);
    const second = notes.begin('yard', tail('401 Unauthorized'));
    await clock.advance(1000);
    second.end();
    await clock.advance(1000);
    second.end();
    notes.begin('yard', tail());
    expect(notes.of('yard')).toEqual([
      { startedMs: startMs + 3000, endedMs: null, omitted: 0, lines: [] },
      { startedMs: startMs + 1000, endedMs: startMs + 2000, omitted: 0, lines: [{ atMs: 7, text: '401 Unauthorized' }] },
    ]);
    expect(notes.of('door')).toEqual([]);
  });

  it('forgets a camera that is gone', () => {
    const notes = new ChildNotes(new VirtualClock());
    notes.begin('yard', tail('x'));
    notes.forget('yard');
    expect(notes.of('yard')).toEqual([]);
  });
});
