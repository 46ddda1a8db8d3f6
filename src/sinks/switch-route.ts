import type { IncomingRoute } from './incoming-messages.ts';
import type { Topics } from './topics.ts';

/** `<base>/<camera>/set/enabled`, `ON` or `OFF`. `set` gives false when there is no such camera. */
export function switchRoute(topics: Topics, set: (cameraId: string, enabled: boolean) => boolean): IncomingRoute {
  return {
    filter: topics.everySetEnabled,
    acceptsRetained: false,
    receive({ topic, payload }) {
      const word = Buffer.from(payload).toString();
      if (word !== 'ON' && word !== 'OFF') return 'notUnderstood';
      return set(topics.cameraOf(topic), word === 'ON') ? 'taken' : 'notUnderstood';
    },
  };
}
