import { CourseWatch } from './course-watch.ts';
import { type EventFacts, readEvent } from './event-shape.ts';
import type { EventDelivery, FeedMessage, StoreGreeting, ToldGap } from './feed-message.ts';
import type { Finding, FindingKind } from './finding.ts';
import { RecentMap } from './recent-map.ts';
import { SequenceRanges } from './sequence-ranges.ts';

export interface AuditOptions {
  /** MQTT may deliver a message twice, and cameras in any order among each other; a WebSocket neither. */
  readonly transport: 'mqtt' | 'websocket';
  /** Over MQTT: everything behind this sequence has to come; null: what comes first says where it begins. */
  readonly after: number | null;
  /** Everything up to this sequence has to come; null: up to the highest that came. */
  readonly until: number | null;
}

export interface AuditTally {
  /** All that came, whatever it was. */
  readonly messages: number;
  /** First deliveries. */
  readonly events: number;
  /** The same message again, with the same content: allowed over MQTT. */
  readonly repeats: number;
  /** Again, and so long after the first time that contents could not be compared. */
  readonly uncheckedRepeats: number;
  /** Marked `replayed: true`. */
  readonly replayed: number;
  /** Events that were under way when the listening began. */
  readonly joined: number;
  readonly lowest: number | null;
  readonly highest: number | null;
  /** Sequences that did not come, so far. */
  readonly missing: number;
}

/** So many holes may be open at a time. */
const MOST_RANGES = 10_000;
/** Contents of so many messages are remembered, to compare them with repeats. */
const MOST_DIGESTS = 65_536;
const MOST_CAMERAS = 10_000;
/** Holes that are named one by one. */
const MOST_NAMED_HOLES = 1_000;

/**
 * What a subscriber may rely on (docs/events.md), held against what it got. Told of each message in the order of arrival; its memory does not grow with their number.
 * Touches no world, and no clock.
 */
export class FeedAudit {
  readonly #options: AuditOptions;
  #ranges = new SequenceRanges(MOST_RANGES);
  #digests = new RecentMap<number, string>(MOST_DIGESTS);
  #highestOf = new RecentMap<string, number>(MOST_CAMERAS);
  #courses = new CourseWatch();
  #storeId: string | null = null;
  #expectedFrom: number | null;
  #expectedTo: number | null;
  /** Nothing above is waited for any more. */
  #horizon: number | null;
  #hasToldGap = false;
  #missingBefore = 0;
  #joinedBefore = 0;
  readonly #counts = { messages: 0, events: 0, repeats: 0, uncheckedRepeats: 0, replayed: 0 };

  constructor(options: AuditOptions) {
    this.#options = options;
    this.#expectedFrom = options.after === null ? null : options.after + 1;
    this.#expectedTo = options.until;
    this.#horizon = options.until;
  }

  /** What is wrong with it, in the light of all that came before. */
  observe(message: FeedMessage): readonly Finding[] {
    this.#counts.messages += 1;
    if (message.kind === 'greeting') return this.#greeting(message);
    if (message.kind === 'gap') return [this.#toldGap(message)];
    return [...this.#event(message), ...this.#closedHoles()];
  }

  /** Of what was published after the newest message so far nothing is waited for; what is missing before it may still come. */
  settle(): void {
    this.#horizon ??= Math.max(this.#ranges.highest ?? 0, this.#expectedTo ?? 0);
  }

  /** What did not come. Call it when nothing more is waited for. */
  finish(): readonly Finding[] {
    const holes = this.#holes();
    const findings = holes.slice(0, MOST_NAMED_HOLES).map(({ from, to }) => gap(from, to));
    const more = holes.length - findings.length;
    if (more > 0) findings.push(finding('gap', holes[MOST_NAMED_HOLES]?.from ?? null, null, `and ${more} more gaps`));
    return findings;
  }

  get tally(): AuditTally {
    const missing = this.#missingBefore + this.#holes().reduce((sum, { from, to }) => sum + to - from + 1, 0);
    return {
      ...this.#counts,
      ...{ joined: this.#joinedBefore + this.#courses.joined, lowest: this.#ranges.lowest, highest: this.#ranges.highest, missing },
    };
  }

  /** Whether all has come that is waited for. */
  get isComplete(): boolean {
    return (this.#ranges.highest ?? 0) >= (this.#options.until ?? 0) && this.#holes().length === 0;
  }

  #holes() {
    const { lowest, highest } = this.#ranges;
    const from = this.#expectedFrom ?? lowest ?? this.#expectedTo;
    if (from === null) return [];
    return this.#ranges.missing(from, this.#horizon ?? Math.max(highest ?? 0, this.#expectedTo ?? 0));
  }

  #event(delivery: EventDelivery): readonly Finding[] {
    const { facts, sequence, faults, digest } = readEvent(delivery.text);
    const camera = facts?.camera ?? delivery.topicCamera;
    // What is retained is an old message, by definition out of its place: nothing else about it says anything.
    if (delivery.retained) return [finding('retained', sequence, camera, `an event came retained: who subscribes later takes it for a new one`)];
    if (delivery.properties['replayed'] === 'true') this.#counts.replayed += 1;
    const findings = [...faults, ...mismatches(delivery, facts)].map((fault) => finding('schema', sequence, camera, fault));
    if (facts !== null) return [...findings, ...this.#delivered(facts, digest)];
    if (sequence !== null) this.#ranges.add(sequence);
    return findings;
  }

  #delivered(facts: EventFacts, digest: string): readonly Finding[] {
    const { sequence, camera } = facts;
    const known = this.#digests.get(sequence);
    if (known === undefined && sequence <= this.#ranges.settledTo) {
      return [finding('unjudged', sequence, camera, 'it came when so much was missing that it cannot be told whether it came before')];
    }
    if (!this.#ranges.add(sequence)) return this.#again(facts, digest, known);
    this.#digests.set(sequence, digest);
    this.#counts.events += 1;
    const findings: Finding[] = [];
    const line = this.#options.transport === 'mqtt' ? camera : '';
    const highest = this.#highestOf.get(line) ?? 0;
    if (sequence < highest) findings.push(finding('disorder', sequence, camera, `came behind ${highest}`));
    else this.#highestOf.set(line, sequence);
    const fault = this.#courses.observe(facts, this.#ranges.lowest === 1 && !this.#hasToldGap);
    if (fault !== null) findings.push(finding('course', sequence, camera, fault));
    return findings;
  }

  #again({ sequence, camera, id, type }: EventFacts, digest: string, known: string | undefined): readonly Finding[] {
    if (known !== undefined && known !== digest) {
      return [finding('contradiction', sequence, camera, `came twice with different contents, now as ${type} of event ${id}`)];
    }
    this.#counts[known === undefined ? 'uncheckedRepeats' : 'repeats'] += 1;
    return this.#options.transport === 'mqtt' ? [] : [finding('repeat', sequence, camera, 'came twice')];
  }

  #greeting({ storeId, sequence, after }: StoreGreeting): readonly Finding[] {
    const findings: Finding[] = [];
    const isFirst = this.#storeId === null;
    if (!isFirst && this.#storeId !== storeId) {
      findings.push(...this.finish(), finding('storeChanged', sequence, null, `the history is another one: ${storeId} instead of ${this.#storeId}`));
      this.#begin();
    }
    if (isFirst || findings.length > 0) this.#expectedFrom = Math.min(after ?? sequence, sequence) + 1;
    this.#storeId = storeId;
    this.#expectedTo = this.#options.until ?? sequence;
    return findings;
  }

  /** Sequences of before mean nothing any more. */
  #begin(): void {
    this.#missingBefore = this.tally.missing;
    this.#joinedBefore = this.tally.joined;
    this.#ranges = new SequenceRanges(MOST_RANGES);
    this.#digests = new RecentMap(MOST_DIGESTS);
    this.#highestOf = new RecentMap(MOST_CAMERAS);
    this.#courses = new CourseWatch();
    this.#hasToldGap = false;
  }

  #toldGap({ from, to }: ToldGap): Finding {
    this.#ranges.fill(from, to);
    this.#hasToldGap = true;
    this.#courses.forgetPlaces();
    return { ...finding('toldGap', from, null, `${from} to ${to} are no longer kept`), toSequence: to };
  }

  #closedHoles(): readonly Finding[] {
    return this.#ranges.takeClosed().map(({ from, to }) => {
      this.#missingBefore += to - from + 1;
      return gap(from, to);
    });
  }
}

function mismatches({ topicCamera, properties }: EventDelivery, facts: EventFacts | null): readonly string[] {
  if (facts === null) return [];
  const faults: string[] = [];
  if (topicCamera !== null && topicCamera !== facts.camera) faults.push(`it came on the topic of ${topicCamera}`);
  const { sequence, schema } = properties;
  if (sequence !== undefined && sequence !== String(facts.sequence)) faults.push(`the user property "sequence" says ${sequence}`);
  if (schema !== undefined && schema !== '1') faults.push(`the user property "schema" says ${schema}`);
  return faults;
}

function gap(from: number, to: number): Finding {
  return { ...finding('gap', from, null, from === to ? `${from} did not come` : `${from} to ${to} did not come`), toSequence: to };
}

function finding(kind: FindingKind, sequence: number | null, camera: string | null, message: string): Finding {
  return { kind, sequence, camera, message };
}
