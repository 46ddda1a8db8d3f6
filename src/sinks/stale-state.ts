import type { CameraStateMessage, RegionStateMessage } from '../events/camera-state.ts';
import type { IncomingRoute } from './incoming-messages.ts';
import type { Topics } from './topics.ts';

const MOST_BYTES = 64 * 1024;

/**
 * `<base>/<camera>/state` as the broker kept it from an earlier life: what was active then may have ended while nobody could say so (a crash, a broker that
 * was away), and would stay on until the camera is judged again. `correct` gets the same state with nothing active.
 */
export function staleStateRoute(topics: Topics, correct: (state: CameraStateMessage) => void): IncomingRoute {
  return {
    filter: topics.everyState,
    acceptsRetained: true,
    maxBytes: MOST_BYTES,
    receive({ topic, payload }) {
      const state = quietState(Buffer.from(payload).toString());
      if (state?.camera === topics.cameraOf(topic)) correct(state);
      return 'taken';
    },
  };
}

/** The state with every rule at rest; null when nothing was active, or it is no state. */
export function quietState(payload: string): CameraStateMessage | null {
  try {
    const state = JSON.parse(payload) as CameraStateMessage;
    const isActive = Object.values(state.regions).some(({ rules }) => Object.values(rules).some(({ active }) => active));
    const regions = Object.fromEntries(Object.entries(state.regions).map(([id, region]) => [id, atRest(region)]));
    return isActive ? { ...state, regions } : null;
  } catch {
    // Empty, from a camera that is gone, or of somebody else.
    return null;
  }
}

function atRest({ rules, ...region }: RegionStateMessage): RegionStateMessage {
  const entries = Object.entries(rules).map(([id, rule]) => [id, { ...rule, active: false, eventId: null }] as const);
  return { ...region, rules: Object.fromEntries(entries) };
}
