import { describe, expect, it } from 'vitest';
import { eventStory } from '../../src/cli/event-story.ts';
import { localClock, localTime } from '../../src/cli/local-time.ts';
import type { Because, RuleArithmetic } from '../../src/events/explanation.ts';
import type { UnsequencedEvent } from '../../src/events/label-event.ts';
import { sequencedEvent } from '../helpers/label-events.ts';

const RULE: RuleArithmetic = {
  ...{ labels: ['Porn', 'Sexy'], enter: 0.8, minFrames: 3, enterForMs: 0 },
  ...{ exit: 0.6, offDelayMs: 3_000, cooldownMs: 30_000, maxDurationMs: 0 },
};
const iso = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`;
const clock = (second: number) => localClock(Date.parse(iso(second)));
const ENTERED: Because = {
  ...{ kind: 'entered', count: 3, spanMs: 1_000 },
  frames: [0.82, 0.85, 0.91].map((score, index) => ({ sequence: 810 + index, at: iso(index), score })),
};
const START = message(1, { explain: { rule: RULE, because: ENTERED } });

describe('eventStory', () => {
  it('tells a whole event as a person would', () => {
    const exited: Because = {
      ...{ kind: 'exited', count: 12, spanMs: 5_500 },
      frames: Array.from({ length: 10 }, (_, index) => ({ sequence: 902 + index, at: iso(30 + index), score: 0.1 })),
    };
    const story = eventStory([
      START,
      message(2, { type: 'update', at: iso(5), peakScore: 0.97, explain: { rule: RULE, because: { kind: 'peakRose', from: 0.91, to: 0.97 } } }),
      message(3, { type: 'update', at: iso(15), score: 0.9, peakScore: 0.97, explain: { rule: RULE, because: { kind: 'goesOn', sinceMs: 10_040 } } }),
      message(4, { type: 'end', at: iso(39), endedAt: iso(39), endReason: 'exit', peakScore: 0.97, explain: { rule: RULE, because: exited } }),
    ]);
    expect(story).toEqual([
      `front_door, rule unsafe, region full, event ${START.id}`,
      '',
      `It began at ${localTime(Date.parse(iso(0)))}.`,
      'Porn + Sexy together scored 0.8200 to 0.9100 in 3 consecutive frames, within 1 s; the rule asks for 0.8000 or more (enter) in 3 consecutive frames (minFrames).',
      `  frame 810  ${clock(0)}  0.8200`,
      `  frame 811  ${clock(1)}  0.8500`,
      `  frame 812  ${clock(2)}  0.9100`,
      'After its end nothing starts for 30 s (cooldownMs).',
      'The strongest labels of the deciding picture, frame 812: Porn 0.8500.',
      'It was decided 92.3 ms after that picture had arrived (9.1 decoding, 12.1 waiting, 4.0 preparing, 67.0 in the network, 0.1 deciding); the bound of 500 ms was kept.',
      'Batch 9001 held 5 pictures, padded to 8, and started as deadline: the most urgent picture could wait no longer.',
      'Network: inception-v3-content-safety, float32, onnx on cpu.',
      '',
      `${clock(5)}  The peak rose from 0.9100 to 0.9700.`,
      `${clock(15)}  It still went on, 10 s after the message before: score 0.9000, peak 0.9700.`,
      '',
      `It ended at ${localTime(Date.parse(iso(39)))}, after 39 s, with a peak score of 0.9700 (exit):`,
      "the rule's score was 0.1000 in 12 consecutive frames, within 5.5 s; the rule asks for less than 0.6000 (exit) for 3 s (offDelayMs).",
      '  … 2 frames before',
      ...Array.from({ length: 10 }, (_, index) => `  frame ${902 + index}  ${clock(30 + index)}  0.1000`),
    ]);
  });

  it('tells each reason for an end', () => {
    const endOf = (endReason: NonNullable<UnsequencedEvent['endReason']>, because: Because) => {
      const rule = { ...RULE, maxDurationMs: 60_000 };
      return eventStory([START, message(2, { type: 'end', endedAt: iso(9), endReason, explain: { rule, because } })]).at(-1);
    };
    expect(endOf('maxDuration', { kind: 'maxDuration', durationMs: 60_400 })).toBe(
      'it had lasted 1 min, and the rule ends what lasts 1 min (maxDurationMs).',
    );
    for (const [reason, words] of [
      ['cameraOffline', 'the camera went offline'],
      ['cameraDisabled', 'the camera was switched off'],
      ['configChanged', 'the configuration of the camera changed'],
      ['shutdown', 'the daemon ended'],
      ['recovered', 'the daemon died without a word'],
    ] as const)
      expect(endOf(reason, { kind: 'outside', reason })).toMatch(new RegExp(`^${words}.* frame 812\\.$`));
  });

  it('says what it does not know: an event that goes on, a start that is gone, reasons that were never stored', () => {
    expect(eventStory([START]).at(-1)).toBe('It goes on, as far as the history knows. Peak score: 0.9100.');
    const { explain: _explain, ...old } = message(5, { type: 'end', endedAt: iso(9), endReason: 'exit' });
    const story = eventStory([old]);
    expect(story[2]).toBe(`Its start is no longer kept; it began at ${localTime(Date.parse(iso(0)))}.`);
    expect(story.at(-1)).toBe('an older version stored it, without its reasons.');
    expect(eventStory([message(1, {})]).join('\n')).toContain('An older version stored it, without its reasons.');
    expect(eventStory([])).toEqual([]);
  });

  it('says when a bound was missed, and when it could not be kept', () => {
    const told = (feasible: boolean) =>
      eventStory([{ ...START, latencyMs: { ...START.latencyMs, total: 600, feasible } }]).find((line) => line.includes('bound'));
    expect(told(true)).toMatch(/the bound of 500 ms was missed\.$/);
    expect(told(false)).toMatch(/was missed; not even an idle engine could have kept it\.$/);
  });
});

function message(sequence: number, changes: Partial<UnsequencedEvent>) {
  return sequencedEvent(sequence, { startedAt: iso(0), at: iso(2), ...changes });
}
