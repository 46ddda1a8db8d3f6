import { describe, expect, it } from 'vitest';
import { IncomingMessages, type IncomingRoute } from '../../src/sinks/incoming-messages.ts';
import type { SubscribeOutcome } from '../../src/sinks/mqtt-answer.ts';
import type { IncomingDropReason } from '../../src/sinks/mqtt-observer.ts';
import type { IncomingMessage, Subscription } from '../../src/sinks/mqtt-session.ts';
import { RefusalLog } from '../../src/sinks/refusal-log.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

function stage(routes: readonly Partial<IncomingRoute>[]) {
  const clock = new VirtualClock();
  const logger = recordingLogger();
  const received: string[] = [];
  const ignored: IncomingDropReason[] = [];
  const complete = routes.map((route) => ({
    filter: 'framewatch/+/set/enabled',
    acceptsRetained: false,
    receive: ({ topic, payload }: IncomingMessage) => {
      received.push(`${topic} ${Buffer.from(payload).toString()}`);
      return 'taken' as const;
    },
    ...route,
  }));
  const observer = { ignored: (reason: IncomingDropReason) => void ignored.push(reason) };
  const incoming = new IncomingMessages({ routes: complete, clock, observer, refusals: new RefusalLog(clock, logger) });
  const send = (topic: string, payload: string, retained = false) => incoming.take({ topic, payload: Buffer.from(payload), retained, user: {} });
  return { clock, logger, received, ignored, incoming, send };
}

const SWITCH = 'framewatch/yard/set/enabled';

describe('IncomingMessages', () => {
  it('gives a message to the route of its topic, and nothing to nobody', () => {
    const { received, ignored, send } = stage([{}, { filter: 'homeassistant/status' }]);
    send(SWITCH, 'OFF');
    send('homeassistant/status', 'online');
    send('framewatch/yard/state', '{}');
    expect(received).toEqual([`${SWITCH} OFF`, 'homeassistant/status online']);
    expect(ignored).toEqual([]);
  });

  it('ignores what is retained, unless the route asks for it', () => {
    const { received, ignored, send, logger } = stage([{}, { filter: 'framewatch/+/state', acceptsRetained: true }]);
    send(SWITCH, 'OFF', true);
    send('framewatch/yard/state', '{}', true);
    expect(received).toEqual(['framewatch/yard/state {}']);
    expect(ignored).toEqual(['retained']);
    expect(logger.lines).toMatchObject([{ level: 'warn', fields: { topic: SWITCH, ignored: 'retained' } }]);
  });

  it('takes the emptying of a retained topic for what it is: nothing', () => {
    const { received, ignored, send } = stage([{}, { filter: 'framewatch/+/state', acceptsRetained: true }]);
    send(SWITCH, '', true);
    send('framewatch/yard/state', '', true);
    expect([received, ignored]).toEqual([[], []]);
    send(SWITCH, '');
    expect(received).toEqual([`${SWITCH} `]);
  });

  it('takes 1024 bytes and not one more, and what a route allows', () => {
    const { received, ignored, send } = stage([{}, { filter: 'framewatch/+/state', maxBytes: 2000 }]);
    send(SWITCH, 'x'.repeat(1024));
    send(SWITCH, 'x'.repeat(1025));
    send('framewatch/yard/state', 'x'.repeat(2000));
    expect(received).toHaveLength(2);
    expect(ignored).toEqual(['tooLarge']);
  });

  it('lets ten a second and topic through, counts the rest and logs once a minute', async () => {
    const { clock, received, ignored, send, logger } = stage([{}]);
    for (let i = 0; i < 100_000; i++) send(SWITCH, i % 2 === 0 ? 'ON' : 'OFF');
    expect(received).toHaveLength(10);
    expect(ignored).toHaveLength(99_990);
    send('framewatch/gate/set/enabled', 'ON');
    expect(received).toHaveLength(11);
    expect(logger.lines).toHaveLength(1);
    await clock.advance(1000);
    send(SWITCH, 'ON');
    expect(received).toHaveLength(12);
    await clock.advance(60_000);
    for (let i = 0; i < 11; i++) send(SWITCH, 'ON');
    expect(logger.lines.at(-1)?.fields).toMatchObject({ ignored: 'tooMany', times: 99_990 });
  });

  it('remembers no more topics of a second than it can bear', () => {
    const { received, ignored, send } = stage([{}]);
    for (let i = 0; i < 5000; i++) send(`framewatch/made-up-${i}/set/enabled`, 'ON');
    expect([received.length, ignored.length]).toEqual([2048, 2952]);
  });

  it('says of a payload that means nothing that it does', () => {
    const { ignored, send, logger } = stage([{ receive: () => 'notUnderstood' }]);
    send(SWITCH, 'perhaps');
    expect(ignored).toEqual(['notUnderstood']);
    expect(logger.lines[0]?.message).toContain('means nothing');
  });

  it('subscribes each route, and says what to do when the broker refuses one', async () => {
    const { incoming, logger } = stage([{}, { filter: 'framewatch/+/state', acceptsRetained: true }]);
    const asked: Subscription[] = [];
    const answer = (subscription: Subscription): Promise<SubscribeOutcome> => {
      asked.push(subscription);
      return Promise.resolve(subscription.wantsRetained ? { kind: 'subscribed' } : { kind: 'refused', reason: 'Not authorized (135)' });
    };
    await incoming.subscribe({ subscribe: answer });
    expect(asked).toEqual([
      { filter: 'framewatch/+/set/enabled', wantsRetained: false },
      { filter: 'framewatch/+/state', wantsRetained: true },
    ]);
    expect(logger.lines).toHaveLength(1);
    expect(logger.lines[0]).toMatchObject({ level: 'warn', fields: { topic: 'framewatch/+/set/enabled', code: 'MQTT_REFUSED' } });
    expect(logger.lines[0]?.message).toContain('access list');
  });
});
