import { expect, it } from 'vitest';
import { outboxReport } from '../../src/http/outbox-report.ts';

const AT = Date.UTC(2026, 0, 2, 3);

it('says what waits and since when, and what will not be sent and why', async () => {
  const letter = {
    sequence: 7,
    eventId: 'E',
    type: 'start',
    camera: 'yard',
    topic: 't',
    reason: 'refused',
    detail: 'Not authorized (135)',
    atMs: AT,
  } as const;
  const limits: number[] = [];
  const deadLetters = (limit: number) => {
    limits.push(limit);
    return Promise.resolve({ counts: { refused: 1 }, newest: [letter] });
  };
  expect(await outboxReport({ depth: 3, oldestMs: AT, outgrown: 2, deadLetters })).toEqual({
    depth: 3,
    oldestAt: '2026-01-02T03:00:00.000Z',
    outgrown: 2,
    deadLetters: {
      counts: { refused: 1 },
      newest: [
        {
          sequence: 7,
          id: 'E',
          type: 'start',
          camera: 'yard',
          topic: 't',
          reason: 'refused',
          detail: 'Not authorized (135)',
          at: '2026-01-02T03:00:00.000Z',
        },
      ],
    },
  });
  expect(limits).toEqual([100]);
  expect(await outboxReport({ depth: 0, oldestMs: null, outgrown: 0, deadLetters })).toMatchObject({ depth: 0, oldestAt: null });
});
