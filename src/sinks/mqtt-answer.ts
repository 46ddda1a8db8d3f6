/**
 * `refused`: the broker answered that it will never take it, or had said so of packets as large (MQTT 5 only; on 3.1.1 a refusal looks like success). `lost`: the
 * connection went first; also when the broker had no room for it, for then the session is ended, so that nothing overtakes it.
 */
export type PublishOutcome =
  | { readonly kind: 'acknowledged' }
  | { readonly kind: 'refused'; readonly reason: string; readonly advice: string }
  | { readonly kind: 'lost' };

/** `refused`: the broker said no (SUBACK from 128). `lost`: the connection went first. */
export type SubscribeOutcome = { readonly kind: 'subscribed' } | { readonly kind: 'refused'; readonly reason: string } | { readonly kind: 'lost' };

/** Of what the client calls back with when a message was sent. */
export function outcomeOf(error: unknown): PublishOutcome {
  if (!error) return { kind: 'acknowledged' };
  const code = reasonCode(error);
  if (code === null || code < 0x80) return { kind: 'lost' };
  return { kind: 'refused', reason: `${(error as Error).message} (${code})`, advice: "allow it in the broker's access list" };
}

/** A CONNACK that says no: 1–5 in MQTT 3.1.1, from 128 in MQTT 5. "Server unavailable" and "busy" pass by themselves. */
export function isRefusal(error: unknown): boolean {
  const code = reasonCode(error);
  return code !== null && ![3, 136, 137, 139, 141, 159].includes(code);
}

/** What the broker said, as a number; null when it said none. */
export function reasonCode(error: unknown): number | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : null;
}

/** Connecting to a name with several addresses fails with an AggregateError that says nothing itself. */
export function nameOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
