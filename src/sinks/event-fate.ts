import type { LabelEvent } from '../events/label-event.ts';

/** An event that reaches the broker later than this, s after its deciding frame came, says so. */
const REPLAYED_AFTER_SECONDS = 60;
/** What the broker keeps for a subscriber that is away, s, when nothing else is wished: who was away longer reads the history. */
const USUAL_EXPIRY_SECONDS = 86_400;

/** What to do with a message whose turn it is. */
export type EventFate =
  | {
      readonly kind: 'send';
      /** It is late, and says so: no automation shall take it for something that happens now. */
      readonly replayed: boolean;
      /** The broker may keep it so long for subscribers that are away. */
      readonly expirySeconds: number;
    }
  | { readonly kind: 'expired' };

/**
 * `ageMs`: since its deciding frame came. `startUntold`: the start of the same event was given up as expired. `expireAfterSeconds`: no start or update is told when
 * it is so old; null: everything is told, however late. An end is told whatever its age, so that nothing stays on that was told to begin; but nobody hears of the
 * end of what he never heard of.
 */
export function eventFate({ type }: Pick<LabelEvent, 'type'>, ageMs: number, startUntold: boolean, expireAfterSeconds: number | null): EventFate {
  const ageSeconds = Math.max(0, ageMs) / 1000;
  const replayed = ageSeconds > REPLAYED_AFTER_SECONDS;
  if (expireAfterSeconds === null) return { kind: 'send', replayed, expirySeconds: USUAL_EXPIRY_SECONDS };
  if (startUntold || (type !== 'end' && ageSeconds >= expireAfterSeconds)) return { kind: 'expired' };
  const leftSeconds = type === 'end' ? USUAL_EXPIRY_SECONDS : Math.ceil(expireAfterSeconds - ageSeconds);
  return { kind: 'send', replayed, expirySeconds: leftSeconds };
}
