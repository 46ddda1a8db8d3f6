import { describe, expect, it } from 'vitest';
import { type CoverageReport, coverageSummary, daySpans, spanAt } from '../../../src/dashboard/camera/day-course.ts';
import { labelEvent } from '../../helpers/http-stage.ts';

const at = (hour: number) => new Date(hour * 3_600_000).toISOString();
const window = { fromMs: 0, toMs: 24 * 3_600_000 };
const report: CoverageReport = {
  since: at(0),
  until: at(24),
  now: at(24),
  cameras: [
    {
      camera: 'yard',
      totalsMs: { watching: 18 * 3_600_000, reduced: 0, blind: 6 * 3_600_000, unknown: 0 },
      reasonsMs: { offline: 6 * 3_600_000 },
      intervals: [
        { state: 'watching', reason: null, since: at(0), until: at(12) },
        { state: 'blind', reason: 'offline', since: at(12), until: at(18) },
        { state: 'watching', reason: null, since: at(18), until: at(24) },
      ],
    },
  ],
};
const event = (id: string, sequence: number, type: 'start' | 'end', from: number, to: number | null) => ({
  ...labelEvent(sequence),
  ...{ id, type, camera: 'yard', rule: 'unsafe', label: 'Porn', startedAt: at(from), at: at(to ?? from), endedAt: to === null ? null : at(to) },
});

describe('daySpans', () => {
  it('has coverage and events in order, one span an event, open ones up to now', () => {
    const messages = [event('a', 1, 'start', 6, null), event('a', 2, 'end', 6, 9), event('b', 3, 'start', 21, null), event('old', 4, 'end', -3, -2)];
    const spans = daySpans(report, [...messages, { ...event('c', 5, 'end', 1, 2), camera: 'door' }], 'yard', window);
    expect(spans.map(({ kind, from, to, eventId }) => [kind, from, to, eventId])).toEqual([
      ['watching', 0, 0.5, null],
      ['event', 0.25, 0.375, 'a'],
      ['blind', 0.5, 0.75, null],
      ['watching', 0.75, 1, null],
      ['event', 0.875, 1, 'b'],
    ]);
    expect(spans[1]?.words).toMatch(/\(3 h\): unsafe, Porn$/);
    expect(spans[2]?.words).toMatch(/\(6 h\): not watched: no pictures come$/);
    expect(spans[4]?.words).toMatch(/still active$/);
  });

  it('names a span that goes on alike while its end moves', () => {
    const open = [event('b', 3, 'start', 21, null)];
    const keysUntil = (hour: number) => daySpans(null, open, 'yard', { fromMs: 0, toMs: hour * 3_600_000 }).map(({ key }) => key);
    expect(keysUntil(24)).toEqual(keysUntil(23));
  });

  it('is found by its place, events above coverage', () => {
    const spans = daySpans(report, [event('a', 1, 'end', 6, 6.01)], 'yard', window);
    expect(spanAt(spans, 0.252, 0.003)?.eventId).toBe('a');
    expect(spanAt(spans, 0.3, 0.003)?.kind).toBe('watching');
    expect(spanAt(spans, 0.6, 0.003)?.kind).toBe('blind');
    expect(spanAt([], 0.6, 0.003)).toBeNull();
  });
});

describe('coverageSummary', () => {
  it('says what there was', () => {
    expect(coverageSummary(report, 'yard')).toBe('watched 18 h, not watched 6 h');
    expect(coverageSummary(report, 'door')).toBe('no record of the last day');
    expect(coverageSummary(null, 'yard')).toBe('no record of the last day');
  });
});
