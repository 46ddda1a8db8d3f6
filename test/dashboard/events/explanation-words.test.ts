import { describe, expect, it } from 'vitest';
import type { ExplainedEvent } from '../../../src/dashboard/events/explained-event.ts';
import { messageWords, ruleWords } from '../../../src/dashboard/events/explanation-words.ts';
import { explanationOf, type RuleArithmetic } from '../../../src/events/explanation.ts';
import type { LabelEvent } from '../../../src/events/label-event.ts';
import type { Cause } from '../../../src/events/rule-tracker.ts';
import { labelEvent } from '../../helpers/http-stage.ts';

const rule: RuleArithmetic = {
  ...{ labels: ['Porn', 'Sexy'], enter: 0.8, minFrames: 3, enterForMs: 1_000 },
  ...{ exit: 0.6, offDelayMs: 3_000, cooldownMs: 30_000, maxDurationMs: 600_000 },
};
/** What the daemon sends must be what the dashboard reads: the compiler compares them here. */
const told = (cause: Cause, over: Partial<LabelEvent> = {}): ExplainedEvent => labelEvent(1, { explain: explanationOf(rule, cause), ...over });
const frames = [0.81, 0.93].map((score, index) => ({ sequence: index, wall: Date.UTC(2026, 0, 1) + index * 500, mono: 0, score }));

describe('messageWords', () => {
  it('says by which pictures it began and ended', () => {
    const began = messageWords(told({ kind: 'entered', count: 3, spanMs: 1_000, frames }));
    expect(began.sentence).toBe('It began: 0.8100 to 0.9300 in 3 pictures in a row within 1.0 s, at or above 0.8000.');
    expect(began.frames.map(({ at }) => at)).toEqual(['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.500Z']);
    const ended = messageWords(told({ kind: 'exited', count: 1, spanMs: 0, frames: frames.slice(0, 1) }, { type: 'end', endReason: 'exit' }));
    expect(ended.sentence).toBe('It ended: 0.8100 in one picture, below 0.6000.');
  });

  it('says why it went on, and why it ended without a score', () => {
    const sentence = (cause: Cause, over: Partial<LabelEvent>) => messageWords(told(cause, over)).sentence;
    expect(sentence({ kind: 'peakRose', from: 0.8, to: 0.91 }, { type: 'update' })).toBe('The peak rose from 0.8000 to 0.9100.');
    expect(sentence({ kind: 'goesOn', sinceMs: 10_000 }, { type: 'update' })).toBe(
      'It still went on 10 s after the message before: 90 %, peak 90 %.',
    );
    expect(sentence({ kind: 'maxDuration', durationMs: 600_000 }, { type: 'end', endReason: 'maxDuration' })).toBe(
      'It ended: it had lasted 10 min, and the rule ends what lasts 10 min.',
    );
    expect(sentence({ kind: 'outside', reason: 'cameraOffline' }, { type: 'end', endReason: 'cameraOffline' })).toMatch(/camera went offline/);
    expect(messageWords(labelEvent(1, { type: 'end', endReason: 'recovered' })).sentence).toMatch(/daemon died/);
  });

  it('says so when an older version stored no reasons', () => {
    for (const type of ['start', 'end'] as const) expect(messageWords(labelEvent(1, { type })).sentence).toMatch(/An older version/);
    expect(messageWords(labelEvent(1, { type: 'update' })).sentence).toBe('It still went on: 90 %, peak 90 %.');
  });
});

it('tells the rule, and only what it asks for', () => {
  expect(ruleWords(rule)).toEqual([
    'Its score is the sum of Porn + Sexy.',
    'It begins at 0.8000 or more in 3 pictures in a row that span 1.0 s.',
    'It ends below 0.6000 for 3.0 s.',
    'After an end nothing starts for 30 s.',
    'It ends after 10 min at the latest.',
  ]);
  const plain = { labels: ['a'], enter: 0.5, minFrames: 1, enterForMs: 0, exit: 0.5, offDelayMs: 0, cooldownMs: 0, maxDurationMs: 0 };
  expect(ruleWords(plain)).toEqual(['Its score is that of a.', 'It begins at 0.5000 or more in one picture.', 'It ends below 0.5000.']);
});
