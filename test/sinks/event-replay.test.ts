import { describe, expect, it } from 'vitest';
import { EventReplay } from '../../src/sinks/event-replay.ts';
import { Topics } from '../../src/sinks/topics.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { MemoryHistory } from '../helpers/http-stage.ts';
import { sequencedEvent } from '../helpers/label-events.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

describe('EventReplay', () => {
  it('sends a hundred a second, marked, and then says how far it came', async () => {
    const { ask, taken, clock } = stage(250);
    expect(ask({ after: 20, to: 'framewatch/replay/me' })).toBe('taken');
    await clock.advance(0);
    const first = taken();
    expect(first.map(({ sequence }) => sequence)).toEqual(range(21, 120));
    expect(first[0]).toMatchObject({ topic: 'framewatch/replay/me', qos: 1, retain: false, replayed: 'true' });
    await clock.advance(999);
    expect(taken()).toEqual([]);
    await clock.advance(1);
    expect(taken().map(({ sequence }) => sequence)).toEqual(range(121, 220));
    await clock.advance(1_000);
    const last = taken();
    expect(last.slice(0, -1).map(({ sequence }) => sequence)).toEqual(range(221, 250));
    expect(last.at(-1)).toMatchObject({ topic: 'framewatch/replay/me/done', payload: { after: 20, sequence: 250, messages: 230, more: false } });
    await clock.advance(5_000);
    expect(taken()).toEqual([]);
    expect(clock.nextTimerAt).toBe(Number.POSITIVE_INFINITY);
  });

  it('ends at the limit, from where the next request goes on, and answers one for which there is nothing', async () => {
    const { ask, taken, clock } = stage(250);
    ask({ after: 0, to: 'framewatch/replay/me', limit: 3 });
    ask({ after: 250, to: 'framewatch/replay/other' });
    await clock.advance(1_000);
    const messages = taken();
    expect(messages.filter(({ topic }) => topic === 'framewatch/replay/me').map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    const done = Object.fromEntries(messages.filter(({ topic }) => topic.endsWith('/done')).map(({ topic, payload }) => [topic, payload]));
    expect(done).toEqual({
      'framewatch/replay/me/done': { after: 0, sequence: 3, messages: 3, more: true },
      'framewatch/replay/other/done': { after: 250, sequence: 250, messages: 0, more: false },
    });
  });

  it('refuses a fifth at a time, begins one topic anew when it is asked again, and takes turns', async () => {
    const { ask, taken, clock } = stage(250);
    for (const name of ['a', 'b', 'c', 'd', 'e']) ask({ after: 0, to: `framewatch/replay/${name}` });
    ask({ after: 200, to: 'framewatch/replay/a' });
    await clock.advance(1_000);
    const messages = taken();
    expect(messages[0]).toMatchObject({ topic: 'framewatch/replay/e/done', payload: { refused: expect.stringContaining('4 replays') } });
    const topics = messages.slice(1, 5).map(({ topic }) => topic.at(-1));
    expect(new Set(topics).size).toBe(4);
    expect(messages.filter(({ topic }) => topic === 'framewatch/replay/a').map(({ sequence }) => sequence)).toEqual(range(201, 250));
  });

  it('waits for the broker to take a page before it reads the next, and forgets all with the connection', async () => {
    const { ask, taken, clock, replay, history } = stage(250);
    ask({ after: 0, to: 'framewatch/replay/me' });
    await clock.advance(10_000);
    expect(history.queries).toHaveLength(1);
    replay.cancel();
    expect(taken()).toEqual([]);
    await clock.advance(10_000);
    expect(history.queries).toHaveLength(1);
  });

  it('asks for a page once, however long the history takes for it', async () => {
    const { ask, taken, clock, history } = stage(250);
    const answers: (() => void)[] = [];
    history.beforeQuery = () => new Promise<void>((resolve) => void answers.push(resolve));
    ask({ after: 0, to: 'framewatch/replay/me' });
    await clock.advance(3_500);
    expect(answers).toHaveLength(1);
    history.beforeQuery = () => Promise.resolve();
    for (const answer of answers) answer();
    await clock.advance(0);
    expect(taken().map(({ sequence }) => sequence)).toEqual(range(1, 100));
    await clock.advance(1_000);
    expect(taken().map(({ sequence }) => sequence)).toEqual(range(101, 200));
  });

  it('says so when the history cannot be read', async () => {
    const { ask, taken, clock, history } = stage(250);
    history.beforeQuery = () => Promise.reject(new Error('no disk'));
    ask({ after: 0, to: 'framewatch/replay/me' });
    await clock.advance(0);
    expect(taken()).toMatchObject([
      { topic: 'framewatch/replay/me/done', payload: { messages: 0, more: true, failed: expect.stringContaining('cannot be read') } },
    ]);
  });

  it('does not understand other payloads', () => {
    expect(stage(1).ask({ after: 0, to: 'framewatch/status' })).toBe('notUnderstood');
  });
});

function stage(events: number) {
  const clock = new VirtualClock();
  const history = new MemoryHistory();
  history.events.push(...range(1, events).map((sequence) => sequencedEvent(sequence)));
  const replay = new EventReplay({ topics: new Topics('framewatch'), history, clock, logger: silentLogger, ready: () => undefined });
  const ask = (request: object) =>
    replay.route.receive({ topic: 'framewatch/replay/set', payload: Buffer.from(JSON.stringify(request)), retained: false, user: {} });
  const taken = () => {
    const messages = [];
    for (let next = replay.take(); next; next = replay.take()) {
      const payload = JSON.parse(String(next.payload)) as Record<string, unknown>;
      messages.push({ ...next, payload, sequence: payload['sequence'], replayed: next.properties?.user?.['replayed'] });
    }
    return messages;
  };
  return { clock, history, replay, ask, taken };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
