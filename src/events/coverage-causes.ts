import type { CameraStatus } from '../stream/camera-status.ts';
import type { CoverageReason, Moment } from './coverage.ts';
import type { RegionSight } from './region-sight.ts';
import type { FrameFate } from './verdict-window.ts';

/** Of a camera's status, what coverage depends on. */
export type SourceStatus = Pick<CameraStatus, 'state' | 'decode'>;

/** Frames that were given up, and what that means for coverage. */
const GIVEN_UP: readonly (readonly [Exclude<FrameFate, 'received' | 'judged'>, CoverageReason])[] = [
  ['overload', 'overload'],
  ['engine', 'engine'],
  ['invalid', 'invalid'],
  ['motion', 'motion'],
];
/** Why pictures may have been missing for a while, although they come now. */
const OUTAGES: readonly CoverageReason[] = ['offline', 'authFailed', 'disabled', 'reload', 'suspended'];

/** Why one camera is not judged, or more rarely than asked: what holds now, what held a while ago, and what its frames ended as. */
export class CoverageCauses {
  #source: SourceStatus;
  #engineAvailable: boolean;
  /** Since when pictures could come and be judged, monotonic ms; means something only while they can. */
  #goodMono: number;
  /** When a cause held last, monotonic ms. */
  readonly #held = new Map<CoverageReason, number>();

  constructor(source: SourceStatus, engineAvailable: boolean, now: Moment) {
    this.#source = source;
    this.#engineAvailable = engineAvailable;
    this.#goodMono = now.mono;
  }

  source(source: SourceStatus, now: Moment): void {
    this.note(now);
    if (source.state !== this.#source.state) this.#goodMono = now.mono;
    this.#source = source;
    this.note(now);
  }

  engine(available: boolean, now: Moment): void {
    this.note(now);
    if (available !== this.#engineAvailable) this.#goodMono = now.mono;
    this.#engineAvailable = available;
    this.note(now);
  }

  /** Something that is over when it is told. What is known of the present begins anew with it. */
  happened(cause: 'reload' | 'suspended', now: Moment): void {
    this.#held.set(cause, now.mono);
    this.#goodMono = now.mono;
  }

  /** Remembers what holds now. */
  note(now: Moment): void {
    const cause = this.present();
    if (cause !== null) this.#held.set(cause, now.mono);
  }

  /** What holds now, without a doubt. Null: all is well, or it connects, and nobody knows yet. What only this camera has goes before the engine. */
  present(): CoverageReason | null {
    const { state } = this.#source;
    if (state === 'disabled' || state === 'authFailed') return state;
    if (state === 'offline' || state === 'backingOff') return 'offline';
    return this.#engineAvailable ? null : 'engine';
  }

  /** Why there is no verdict now, if that can be told: after `limitMs` in which there should have been some. */
  ofBlindness(sight: RegionSight, limitMs: number, now: Moment): CoverageReason | null {
    const cause = this.present();
    if (cause !== null || this.#source.state !== 'live' || now.mono - this.#goodMono < limitMs) return cause;
    return this.#ofFrames(sight, now);
  }

  /** Why there has been no verdict since the newest one. */
  sinceVerdict(sight: RegionSight, now: Moment): CoverageReason {
    return this.present() ?? this.#newestSince(sight.lastJudgedMono) ?? this.#ofFrames(sight, now);
  }

  /** Why verdicts were rare in the sight's window of `spanMs`: what cost most of them. */
  ofRarity({ window }: RegionSight, spanMs: number, now: Moment): CoverageReason {
    const cause = costliest((fate) => window.total(fate), window.asked(now));
    const wasHeld = (held: CoverageReason) => (this.#held.get(held) ?? Number.NEGATIVE_INFINITY) >= now.mono - spanMs;
    // Frames that waited for an engine in vain were superseded, too.
    if (cause === 'overload' && wasHeld('engine')) return 'engine';
    return cause === 'missing' ? (OUTAGES.find(wasHeld) ?? (this.#source.decode === 'keyframes' ? 'keyframes' : 'source')) : cause;
  }

  #newestSince(mono: number): CoverageReason | null {
    let newest: CoverageReason | null = null;
    let newestMono = mono;
    for (const [cause, heldMono] of this.#held) {
      if (heldMono < newestMono) continue;
      newest = cause;
      newestMono = heldMono;
    }
    return newest;
  }

  /** By what became of the frames since the newest verdict. */
  #ofFrames(sight: RegionSight, now: Moment): CoverageReason {
    const cause = costliest((fate) => sight.countOf(fate), sight.asked(now));
    return cause === 'missing' ? (this.#source.decode === 'keyframes' ? 'keyframes' : 'offline') : cause;
  }
}

/** What most of the verdicts that were asked for were lost to. `missing`: frames that never came. Those that went to the engine and did not come back are its. */
function costliest(count: (fate: FrameFate) => number, asked: number): CoverageReason | 'missing' {
  let most: CoverageReason | 'missing' = 'missing';
  let lost = asked - count('received');
  let unanswered = count('received') - count('judged');
  for (const [fate, reason] of GIVEN_UP) {
    unanswered -= count(fate);
    if (count(fate) === 0 || count(fate) < lost) continue;
    most = reason;
    lost = count(fate);
  }
  return unanswered > lost ? 'engine' : most;
}
