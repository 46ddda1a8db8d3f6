import { expect, it, onTestFinished } from 'vitest';
import type { CameraStateMessage } from '../../src/events/camera-state.ts';
import type { LabelEvent } from '../../src/events/label-event.ts';
import { startBroker, subscribe } from '../helpers/mqtt-stage.ts';
import { startSignalStand } from '../helpers/signal-stand.ts';
import { waitFor } from '../helpers/wait-for.ts';

it('ends, after a kill, what was active, although the camera never comes back', async () => {
  const broker = await startBroker();
  const subscriber = await subscribe({ port: broker.port, topic: 'framewatch/#' });
  const stand = await startSignalStand({ cameras: 1, rules: 1, phaseSeconds: 4 });
  onTestFinished(() => stand.close());
  const killed = await stand.startDaemon(`{ url: ${broker.url} }`);
  const stateOf = (payload: string | undefined) =>
    payload === undefined ? undefined : (JSON.parse(payload) as CameraStateMessage).regions['full']?.rules['rule0'];
  const state = () => stateOf(subscriber.newest('framewatch/cam0/state'));
  const messages = () => subscriber.messages.filter(({ topic }) => topic === 'framewatch/cam0/event');
  const events = () => messages().map(({ payload }) => JSON.parse(payload) as LabelEvent);
  // Both are on their way on their own.
  await waitFor('the light is seen, and told', () => state()?.active === true && events().length > 0, 60_000);
  killed.kill('SIGKILL');
  await killed.ended;
  await stand.cameras.close();
  const before = events().at(-1);
  expect(before?.type).not.toBe('end');
  const daemon = await stand.startDaemon(`{ url: ${broker.url} }`);
  await waitFor('its event is closed', () => events().at(-1)?.type === 'end', 30_000);
  expect(events().at(-1)).toMatchObject({
    id: before?.id,
    endReason: 'recovered',
    at: before?.at,
    endedAt: before?.at,
    sequence: (before?.sequence ?? 0) + 1,
  });
  await waitFor('the state says so', () => state()?.active === false);
  const late = await subscribe({ port: broker.port, topic: 'framewatch/cam0/state' });
  await waitFor('so does what is retained', () => stateOf(late.newest('framewatch/cam0/state')) !== undefined);
  expect(stateOf(late.newest('framewatch/cam0/state'))).toMatchObject({ active: false, eventId: null });
  await daemon.stop();
});
