import type { RegionConfig, RuleConfig } from '../config/config.ts';
import type { Clock } from '../util/clock.ts';
import { isoTime, wallAt } from '../util/clock.ts';
import type { CameraStateMessage, RegionStateMessage } from './camera-state.ts';
import type { OutsideReason } from './end-reason.ts';
import type { EventIdSource } from './event-id.ts';
import { explanationOf } from './explanation.ts';
import type { Classification, LabelEvent, LabelScore, LatencyLedger, UnsequencedEvent } from './label-event.ts';
import { bookDecision, roundLedger } from './latency-ledger.ts';
import { RuleTracker, type Transition } from './rule-tracker.ts';
import { roundScore, ruleScore, topLabels } from './scores.ts';

export interface CameraJudgeOptions {
  readonly cameraId: string;
  /** In the order of the configuration: the first one speaks for the camera. */
  readonly regions: readonly Pick<RegionConfig, 'id'>[];
  readonly rules: readonly RuleConfig[];
  /** Longest time between two frames that still count as consecutive, ms; see `maxGapMs` in rule-tracker.ts. */
  readonly maxGapMs: number;
  /** What runs at the moment of the call: an engine that was restarted may run elsewhere. */
  readonly model: () => LabelEvent['model'];
  /** Whether pictures are kept for each event, so that it may carry links to them. */
  readonly snapshots: boolean;
  readonly clock: Clock;
  readonly newEventId: EventIdSource;
}

export interface Verdict {
  /** In the order of the rules; empty for most frames. */
  readonly events: readonly UnsequencedEvent[];
  readonly state: CameraStateMessage;
  /** The classification's ledger with the time of deciding booked: complete, for metrics and feeds. */
  readonly ledger: LatencyLedger;
}

/** One rule in one region, with the verdict it saw last. */
interface Watch {
  readonly rule: RuleConfig;
  readonly region: string;
  readonly tracker: RuleTracker;
  eventId: string | null;
  score: LabelScore;
  classification: Classification | null;
}

/** Decides, frame by frame, what one camera's classifications mean: events and the camera's state. Synchronous; touches no world but the clock. */
export class CameraJudge {
  readonly #options: CameraJudgeOptions;
  readonly #watches: readonly Watch[];
  readonly #newest = new Map<string, Classification>();
  #last: Classification | null = null;

  constructor(options: CameraJudgeOptions) {
    this.#options = options;
    this.#watches = options.rules.flatMap((rule) =>
      rule.regions.map((region) => ({
        rule,
        region,
        tracker: new RuleTracker(rule, options.maxGapMs),
        eventId: null,
        score: { label: rule.labels[0] ?? '', score: 0 },
        classification: null,
      })),
    );
  }

  /**
   * `seen.ledger` is complete up to this call: `total` reaches from the frame's arrival to the hand-over (`decide` may be 0).
   * The time spent here is added to `decide` and `total`.
   */
  judge(seen: Classification): Verdict {
    this.#last = seen;
    this.#newest.set(seen.region, seen);
    const { sequence, receivedMono, receivedAt } = seen.frame;
    const moment = { mono: wholeMs(receivedMono), wall: wholeMs(receivedAt), sequence };
    const fired: { watch: Watch; transition: Transition; id: string }[] = [];
    for (const watch of this.#watches) {
      if (watch.region !== seen.region) continue;
      watch.score = ruleScore(watch.rule.labels, seen.scores);
      watch.classification = seen;
      const transition = watch.tracker.observe({ ...moment, score: watch.score.score });
      if (transition !== null) fired.push({ watch, transition, id: this.#eventId(watch, transition) });
    }
    const state = this.#state(seen);
    const ledger = bookDecision(seen.ledger, receivedMono, this.#options.clock.monotonicMs());
    const events = fired.map(({ watch, transition, id }) => this.#message(watch, transition, id, { ...seen, ledger }, receivedAt));
    return { events, state, ledger };
  }

  /**
   * Ends whatever is active, for a reason from outside, at `atMono` (monotonic ms; now, when left out), which is `atWall` on the wall clock. The messages
   * repeat the last frame's facts; `at` and `endedAt` are the moment of the end. `state` is null when no frame was ever judged.
   */
  endAll(
    reason: OutsideReason,
    atMono: number = this.#options.clock.monotonicMs(),
    atWall: number = wallAt(this.#options.clock, atMono),
  ): { readonly events: readonly UnsequencedEvent[]; readonly state: CameraStateMessage | null } {
    const events = this.#watches.flatMap((watch) => {
      const transition = watch.tracker.close(reason, wholeMs(atMono));
      if (transition === null || watch.classification === null) return [];
      return [this.#message(watch, transition, this.#eventId(watch, transition), watch.classification, atWall)];
    });
    return { events, state: this.#last && this.#state(this.#last) };
  }

  #eventId(watch: Watch, transition: Transition): string {
    const id = watch.eventId ?? this.#options.newEventId(this.#options.clock.wallMs());
    watch.eventId = transition.type === 'end' ? null : id;
    return id;
  }

  #message(watch: Watch, transition: Transition, id: string, seen: Classification, atWall: number): UnsequencedEvent {
    const at = isoTime(atWall);
    const { receivedAt, sequence, width, height } = seen.frame;
    return {
      schema: 1,
      id,
      type: transition.type,
      camera: this.#options.cameraId,
      region: watch.region,
      rule: watch.rule.id,
      label: watch.score.label,
      score: watch.score.score,
      peakScore: transition.peakScore,
      top: topLabels(seen.scores),
      startedAt: isoTime(transition.startedAt),
      at,
      endedAt: transition.type === 'end' ? at : null,
      endReason: transition.endReason,
      frame: { sequence, receivedAt: isoTime(receivedAt), width, height },
      latencyMs: roundLedger(seen.ledger),
      batch: seen.batch,
      model: this.#options.model(),
      snapshot: this.#options.snapshots ? `/api/events/${id}/snapshot.jpg` : null,
      strip: this.#options.snapshots ? `/api/events/${id}/strip.jpg` : null,
      explain: explanationOf(watch.rule, transition.cause),
    };
  }

  #state(newest: Classification): CameraStateMessage {
    const judged = this.#options.regions.flatMap(({ id }) => {
      const seen = this.#newest.get(id);
      return seen ? [[id, this.#regionState(seen)] as const] : [];
    });
    const { receivedAt, sequence } = newest.frame;
    const { label, score, top } = judged[0]?.[1] ?? this.#regionState(newest);
    return { camera: this.#options.cameraId, at: isoTime(receivedAt), sequence, label, score, top, regions: Object.fromEntries(judged) };
  }

  #regionState(seen: Classification): RegionStateMessage {
    const strongest = seen.scores[0] ?? { label: '', score: 0 };
    const rules = this.#watches
      .filter(({ region }) => region === seen.region)
      .map(({ rule, tracker, score, eventId }) => [rule.id, { active: tracker.active, score: score.score, eventId }] as const);
    return {
      label: strongest.label,
      score: roundScore(strongest.score),
      top: topLabels(seen.scores),
      heads: {},
      rules: Object.fromEntries(rules),
    };
  }
}

/** Rules count in whole ms, as published times and the score trace do: so what was decided can be decided again, exactly. */
function wholeMs(ms: number): number {
  return Math.floor(ms);
}
