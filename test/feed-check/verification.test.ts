import { describe, expect, it } from 'vitest';
import { FeedAudit } from '../../src/feed-check/feed-audit.ts';
import type { FeedListener } from '../../src/feed-check/feed-message.ts';
import type { Finding } from '../../src/feed-check/finding.ts';
import { Verification, type VerificationOptions } from '../../src/feed-check/verification.ts';
import { sequencedEvent } from '../helpers/label-events.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { delivery } from './deliveries.ts';

/** A run whose messages the test brings. */
function stage(given: Partial<Pick<VerificationOptions, 'limitMs' | 'until'>>) {
  const [clock, end] = [new VirtualClock(), new AbortController()];
  const [found, notes]: [Finding[], string[]] = [[], []];
  let listener: FeedListener | undefined;
  let closed = 0;
  const { limitMs = null, until = null } = given;
  const run = new Verification({
    ...{ clock, limitMs, until },
    audit: new FeedAudit({ transport: 'mqtt', after: null, until }),
    openSource: (told) => {
      listener = told;
      const close = () => {
        closed += 1;
        return Promise.resolve();
      };
      return { start: () => Promise.resolve(), close };
    },
    listening: () => notes.push('listening'),
    found: (finding) => found.push(finding),
    note: (line) => notes.push(line),
  }).run(end.signal);
  let isOver = false;
  void run.then(() => {
    isOver = true;
  });
  const come = (...sequences: readonly number[]) => {
    for (const sequence of sequences) {
      const id = `0${sequence.toString().padStart(25, '0')}`;
      const latencyMs = { total: 1, decode: 0.2, queue: 0.2, preprocess: 0.2, inference: 0.2, decide: 0.2, bound: 500, feasible: true };
      listener?.message(delivery(sequencedEvent(sequence, { id, latencyMs })));
    }
  };
  return { clock, end, run, come, found, notes, listener: () => listener, closed: () => closed, isOver: () => isOver };
}

describe('Verification', () => {
  it('ends with the sequence it was told, at once when all has come', async () => {
    const { clock, run, come, notes, closed, isOver } = stage({ until: 3 });
    await clock.advance(10_000);
    expect([isOver(), notes]).toEqual([false, ['listening']]);
    come(1, 2, 3);
    await clock.advance(100);
    expect(await run).toMatchObject({ ok: true, seconds: 10.1, findings: [], counts: {}, tally: { events: 3 } });
    expect(closed()).toBe(1);
  });

  it('waits for what is missing as long as some of it comes', async () => {
    const { clock, run, come, isOver } = stage({ until: 5 });
    come(1, 5);
    await clock.advance(2_500);
    come(3);
    await clock.advance(2_500);
    expect(isOver()).toBe(false);
    // Later ones are no sign of it.
    come(6, 7);
    await clock.advance(1_000);
    const report = await run;
    expect(report.findings.map(({ kind, sequence }) => [kind, sequence])).toEqual([
      ['disorder', 3],
      ['gap', 2],
      ['gap', 4],
    ]);
    expect(report.counts).toEqual({ disorder: 1, gap: 2 });
  });

  it('ends after its time, and when it is told to', async () => {
    const timed = stage({ limitMs: 5_000 });
    await timed.clock.advance(4_900);
    expect(timed.isOver()).toBe(false);
    await timed.clock.advance(200);
    expect((await timed.run).ok).toBe(true);
    const told = stage({});
    told.come(1, 2);
    told.end.abort();
    await told.clock.advance(0);
    expect(await told.run).toMatchObject({ ok: true, tally: { events: 2 } });
  });

  it('takes a break for a finding only where something is missed by it', async () => {
    const { clock, run, found, notes, listener } = stage({ limitMs: 1_000 });
    listener()?.interrupted('reset', true);
    listener()?.interrupted('reset', false);
    listener()?.nonsense('a gap without from or to');
    await clock.advance(5_000);
    expect((await run).counts).toEqual({ interrupted: 1, schema: 1 });
    expect(found.map(({ message }) => message)).toEqual(['the connection broke (reset): what comes meanwhile is missed', 'a gap without from or to']);
    expect(notes).toContain('the connection broke (reset); what comes meanwhile is delivered later');
  });
});
