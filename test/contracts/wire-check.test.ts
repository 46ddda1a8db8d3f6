import { describe, expect, it } from 'vitest';
import type { LabelEvent } from '../../src/events/label-event.ts';
import { sequencedEvent } from '../helpers/label-events.ts';
import { compareWithHistory, historyFaults, scriptFaults } from '../helpers/wire-check.ts';

const LIGHT = Date.UTC(2026, 0, 1);
const at = (ms: number) => new Date(LIGHT + ms).toISOString();
const event = (sequence: number, changes: Partial<LabelEvent>) => ({ ...sequencedEvent(sequence), camera: 'a', rule: 'r', ...changes });
const COURSE: readonly LabelEvent[] = [
  event(1, { id: '01JD8Q4Z3M5R7T9V1X2Y4Z6A81', startedAt: at(100), at: at(100) }),
  event(2, { id: '01JD8Q4Z3M5R7T9V1X2Y4Z6A82', camera: 'b', startedAt: at(600), at: at(600) }),
  event(3, { id: '01JD8Q4Z3M5R7T9V1X2Y4Z6A81', type: 'end', startedAt: at(100), at: at(1_100) }),
  event(4, { id: '01JD8Q4Z3M5R7T9V1X2Y4Z6A82', camera: 'b', type: 'end', endReason: 'recovered', startedAt: at(600), at: at(600) }),
];
const HISTORY = COURSE.map((each) => JSON.stringify(each));
const swapped = (from: number, to: number) => HISTORY.with(from, HISTORY[to] ?? '').with(to, HISTORY[from] ?? '');
const LIGHTS = [
  { camera: 'a', fromMs: LIGHT, toMs: LIGHT + 1_000 },
  { camera: 'b', fromMs: LIGHT + 500, toMs: LIGHT + 1_500 },
];

describe('the checks of what came over the wire', () => {
  it('take what is as it should be, repeats included', () => {
    expect(compareWithHistory([...HISTORY, ...HISTORY.slice(2)], HISTORY)).toEqual({ distinct: 4, repeats: 2, faults: [] });
    expect(compareWithHistory(swapped(1, 2), HISTORY).faults).toEqual([]);
    expect(historyFaults(COURSE)).toEqual([]);
    expect(scriptFaults(COURSE, LIGHTS, LIGHTS, 1)).toEqual([]);
  });

  it.each([
    ['a lost message', HISTORY.slice(0, 3), /4 was stored and never came/],
    ['disorder of a camera', swapped(0, 2), /1 of a came after 3/],
    ['another message under a known sequence', [...HISTORY, HISTORY[0]?.replace('0.91', '0.92') ?? ''], /1 came as two different messages/],
    ['a message that is not stored', [...HISTORY, HISTORY[3]?.replace('"sequence":4', '"sequence":5') ?? ''], /5 came otherwise/],
  ])('find %s', (_, received, fault) => {
    expect(compareWithHistory(received, HISTORY).faults.join('\n')).toMatch(fault);
  });

  it.each([
    ['a hole in the sequence', COURSE.filter(({ sequence }) => sequence !== 2), /3 stands where 2 should/],
    ['an end without a start', COURSE.slice(2), /end after nothing/],
    ['an event without an end', COURSE.slice(0, 3), /A82 never ended/],
    ['a wrong time of recovery', COURSE.with(3, { ...(COURSE[3] ?? sequencedEvent(0)), at: at(700) }), /last seen at/],
  ])('find %s in the history', (_, history, fault) => {
    expect(historyFaults(history).join('\n')).toMatch(fault);
  });

  it('find a light without an event, a rule that is missing, and an event in the dark', () => {
    expect(scriptFaults(COURSE.slice(1), LIGHTS, LIGHTS, 1)).toHaveLength(1);
    expect(scriptFaults(COURSE, LIGHTS, LIGHTS, 2)).toHaveLength(2);
    expect(scriptFaults(COURSE, LIGHTS.slice(1), LIGHTS.slice(1), 1).join()).toMatch(/a started at .* in the dark/);
  });
});
