import { expect, it } from 'vitest';
import { activeSpans, isActiveAt } from '../../../src/dashboard/camera/active-spans.ts';
import { labelEvent } from '../../helpers/http-stage.ts';

const at = (seconds: number) => new Date(seconds * 1_000).toISOString();
const of = { camera: 'front_door', rule: 'unsafe', region: 'full' };

it('has events from the frame that decided them to their end, in any order of messages; one without an end goes on', () => {
  const first = { id: 'a', startedAt: at(10) };
  const messages = [
    labelEvent(3, { ...first, type: 'end', at: at(30), endedAt: at(29) }),
    labelEvent(2, { ...first, type: 'update', at: at(20) }),
    labelEvent(1, { ...first, type: 'start', at: at(12) }),
    // Its start is no longer in the list.
    labelEvent(5, { id: 'b', startedAt: at(50), type: 'update', at: at(60) }),
    ...[{ camera: 'yard' }, { rule: 'other' }, { region: 'gate' }].map((other) => labelEvent(9, { id: 'c', startedAt: at(1), ...other })),
  ];
  const spans = activeSpans(messages, of);
  expect(spans).toEqual([
    { fromMs: 12_000, toMs: 29_000 },
    { fromMs: 50_000, toMs: Number.POSITIVE_INFINITY },
  ]);
  expect([11_999, 12_000, 28_999, 29_000, 50_000, 1e12].map((atMs) => isActiveAt(spans, atMs))).toEqual([false, true, true, false, true, true]);
});
