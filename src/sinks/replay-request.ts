/** More than this is not sent for one request, however much is asked for: whoever wants the rest asks again, from where it ended. */
export const MOST_REPLAYED = 10_000;

/** What somebody wants to have again. */
export interface ReplayRequest {
  /** Sequence: only later ones. */
  readonly after: number;
  /** The topic to send them to. */
  readonly to: string;
  /** Messages at most. */
  readonly limit: number;
}

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const KEYS: readonly string[] = ['after', 'to', 'limit'];

/** The payload of `<base>/replay/set`: `{"after": 4711, "to": "<base>/replay/NAME"}`, and maybe `"limit"`. Null when it is not that. */
export function parseReplayRequest(payload: string, base: string): ReplayRequest | null {
  const fields = objectOf(payload);
  if (fields === null || Object.keys(fields).some((key) => !KEYS.includes(key))) return null;
  const { after, to, limit = MOST_REPLAYED } = fields;
  if (!isCount(after) || !isCount(limit) || limit < 1 || typeof to !== 'string') return null;
  const prefix = `${base}/replay/`;
  const name = to.slice(prefix.length);
  if (!to.startsWith(prefix) || !NAME.test(name) || name === 'set') return null;
  return { after, to, limit: Math.min(MOST_REPLAYED, limit) };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function objectOf(payload: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(payload);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
