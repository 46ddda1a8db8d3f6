import type { Clock } from '../util/clock.ts';
import { delay } from '../util/clock.ts';
import type { AuditTally, FeedAudit } from './feed-audit.ts';
import type { FeedListener, FeedMessage, FeedSource } from './feed-message.ts';
import type { Finding, FindingKind } from './finding.ts';

export interface VerificationOptions {
  readonly audit: FeedAudit;
  readonly openSource: (listener: FeedListener) => FeedSource;
  readonly clock: Clock;
  /** Longest time to listen, ms; null: until the signal. */
  readonly limitMs: number | null;
  /** Ends when this sequence, or a higher one, has come; null: it never ends for that. */
  readonly until: number | null;
  /** Called when everything from now on is heard. */
  readonly listening: () => void;
  /** Told of each finding at once. */
  readonly found: (finding: Finding) => void;
  /** What a person should know, and no finding. */
  readonly note: (line: string) => void;
}

export interface VerificationReport {
  readonly ok: boolean;
  readonly seconds: number;
  readonly tally: AuditTally;
  /** How many of each kind; kinds that were not found are left out. */
  readonly counts: Readonly<Partial<Record<FindingKind, number>>>;
  /** The first of them. */
  readonly findings: readonly Finding[];
}

const POLL_MS = 50;
/** Over MQTT cameras may come in any order among each other: what is missing at the end is waited for, until so long nothing of it has come. */
const SETTLE_MS = 3_000;
const MOST_FINDINGS = 1_000;

/** Listens to a feed for as long as it is told to, and sums up. */
export class Verification implements FeedListener {
  readonly #options: VerificationOptions;
  readonly #counts: Partial<Record<FindingKind, number>> = {};
  readonly #findings: Finding[] = [];

  constructor(options: VerificationOptions) {
    this.#options = options;
  }

  /** Throws what the source's `start` throws. `signal` ends the listening, not the report. */
  async run(signal: AbortSignal): Promise<VerificationReport> {
    const { audit, clock, openSource } = this.#options;
    const source = openSource(this);
    const begunMono = clock.monotonicMs();
    try {
      await source.start();
      this.#options.listening();
      // `delay` says when the signal has ended it.
      while (!this.#isOver(begunMono) && (await delay(clock, POLL_MS, signal)));
      audit.settle();
      await this.#settled();
    } finally {
      await source.close();
    }
    for (const finding of audit.finish()) this.#add(finding);
    const seconds = Math.round((clock.monotonicMs() - begunMono) / 100) / 10;
    return { ok: this.#findings.length === 0, seconds, tally: audit.tally, counts: this.#counts, findings: this.#findings };
  }

  message(message: FeedMessage): void {
    for (const finding of this.#options.audit.observe(message)) this.#add(finding);
  }

  nonsense(what: string): void {
    this.#add({ kind: 'schema', sequence: null, camera: null, message: what });
  }

  interrupted(reason: string, isWhole: boolean): void {
    const line = `the connection broke (${reason})`;
    if (isWhole) this.#options.note(`${line}; what comes meanwhile is delivered later`);
    else this.#add({ kind: 'interrupted', sequence: null, camera: null, message: `${line}: what comes meanwhile is missed` });
  }

  #isOver(begunMono: number): boolean {
    const { audit, clock, limitMs, until } = this.#options;
    const now = clock.monotonicMs();
    if (limitMs !== null && now - begunMono >= limitMs) return true;
    return until !== null && (audit.tally.highest ?? 0) >= until;
  }

  async #settled(): Promise<void> {
    const { audit, clock } = this.#options;
    const never = new AbortController().signal;
    let [missing, sinceMono] = [audit.tally.missing, clock.monotonicMs()];
    while (!audit.isComplete && clock.monotonicMs() - sinceMono < SETTLE_MS) {
      await delay(clock, POLL_MS, never);
      if (audit.tally.missing !== missing) [missing, sinceMono] = [audit.tally.missing, clock.monotonicMs()];
    }
  }

  #add(finding: Finding): void {
    this.#counts[finding.kind] = (this.#counts[finding.kind] ?? 0) + 1;
    if (this.#findings.length < MOST_FINDINGS) this.#findings.push(finding);
    this.#options.found(finding);
  }
}
