/** What a client wants to see beside events: ids of cameras. */
export interface Watch {
  readonly tiles: ReadonlySet<string>;
  readonly classifications: ReadonlySet<string>;
}

export const WATCH_NOTHING: Watch = { tiles: new Set(), classifications: new Set() };

const CAMERA_ID = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * The only message a client may send: `{"type":"watch","tiles":[ids],"classifications":[ids]}`; each replaces the one before, a missing
 * list is an empty one. An id that no camera has is allowed: the camera may come with the next configuration.
 * Returns what is wrong with it instead.
 */
export function parseWatch(text: string): Watch | string {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return 'is no JSON';
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return 'is no JSON object';
  if (!('type' in message) || message.type !== 'watch') return 'has another type than "watch"';
  const tiles = idsOf('tiles' in message ? message.tiles : []);
  const classifications = idsOf('classifications' in message ? message.classifications : []);
  if (!tiles || !classifications) return 'has a list that is not one of camera ids';
  return { tiles, classifications };
}

function idsOf(value: unknown): ReadonlySet<string> | null {
  if (!Array.isArray(value)) return null;
  const ids = new Set<string>();
  for (const id of value as readonly unknown[]) {
    if (typeof id !== 'string' || !CAMERA_ID.test(id)) return null;
    ids.add(id);
  }
  return ids;
}
