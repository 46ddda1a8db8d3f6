import { describe, expect, it } from 'vitest';
import { announcement, begunSince } from '../../../src/dashboard/app/announcement.ts';
import { labelEvent } from '../../helpers/http-stage.ts';

const at = (second: number) => new Date(second * 1000).toISOString();
const event = (second: number) => ({ ...labelEvent(second), camera: 'yard', rule: 'unsafe', label: 'Porn', startedAt: at(second) });

describe('announcements', () => {
  const log = [event(30), event(20), event(10)];

  it('are of what began since', () => {
    expect(begunSince(log, at(30))).toEqual([]);
    expect(begunSince(log, at(15))).toHaveLength(2);
    expect(begunSince(log, '')).toHaveLength(3);
  });

  it('name the newest and count the others', () => {
    const names = (id: string) => `the ${id}`;
    expect(announcement([], names)).toBe('');
    expect(announcement(log.slice(0, 1), names)).toBe('the yard: unsafe, Porn.');
    expect(announcement(log.slice(0, 2), names)).toBe('the yard: unsafe, Porn, and 1 more event.');
    expect(announcement(log, names)).toBe('the yard: unsafe, Porn, and 2 more events.');
  });
});
