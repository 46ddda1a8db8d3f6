import { expect, it } from 'vitest';
import { eventRow } from '../../src/cli/event-row.ts';
import { localTime } from '../../src/cli/local-time.ts';
import { sequencedEvent } from '../helpers/label-events.ts';

it('says what a message says, with the id last, and how long an event lasted', () => {
  const at = '2026-01-01T00:00:01.000Z';
  const start = sequencedEvent(7);
  expect(eventRow(start)).toEqual([
    ...['7', localTime(Date.parse(at)), 'front_door', 'full', 'unsafe', 'start', 'Porn', '0.9100'],
    ...['peak 0.9100', start.id],
  ]);
  const end = sequencedEvent(8, { type: 'end', endedAt: '2026-01-01T00:01:05.000Z', endReason: 'exit', peakScore: 0.97 });
  expect(eventRow(end).at(-2)).toBe('peak 0.9700, exit after 1 min 5 s');
});

it('lets no name steer the terminal', () => {
  expect(eventRow(sequencedEvent(7, { label: 'a\u001b[2Jb' }))[6]).toBe('a�[2Jb');
});
