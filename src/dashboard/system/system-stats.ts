import type { Stats } from '../state/messages.ts';

export interface EngineFacts {
  readonly backend: string;
  readonly device: string;
  readonly precision: string;
  readonly threads: number;
  readonly provider?: string;
  readonly model: string;
  readonly sha256: string;
  readonly inputSize: number;
  readonly batchSizes: readonly number[];
  /** ms a batch, by size, measured at warm-up. */
  readonly costMs: Readonly<Record<string, number>>;
  readonly fallback: string | null;
  readonly selfTest: 'golden' | 'sanity';
  readonly restarts: number;
}

/** What the other pages have no use for. */
export interface SystemStats extends Stats {
  /** Null until the first engine is ready. */
  readonly engine: EngineFacts | null;
  readonly eventsLost?: number;
  /** Why it is not ready; empty when it is. */
  readonly faults?: readonly string[];
}

/** `GET /api/outbox`. */
export interface OutboxReport {
  readonly depth: number;
  readonly oldestAt: string | null;
  readonly outgrown: number;
  readonly deadLetters: {
    readonly counts: Readonly<Record<string, number>>;
    readonly newest: readonly DeadLetter[];
  };
}

export interface DeadLetter {
  readonly sequence: number;
  readonly id: string;
  readonly camera: string;
  readonly type: string;
  readonly reason: string;
  readonly detail: string;
  readonly at: string;
}

/** One of `GET /api/clients`. */
export interface Client {
  readonly kind: 'feed' | 'live';
  readonly address: string;
  readonly since: string;
  /** The first of them. */
  readonly cameras: readonly string[];
  readonly cameraCount: number;
  readonly waitingBytes: number;
  readonly dropped: number;
}

/** `GET /api/config`. */
export interface ConfigReport {
  readonly file: string | null;
  readonly config: Readonly<Record<string, unknown>> & {
    readonly cameras: Readonly<Record<string, { readonly regions: Readonly<Record<string, unknown>> }>>;
  };
  readonly reload: Reload | null;
}

export type Reload = { readonly at: string } & (
  | {
      readonly outcome: 'applied';
      readonly added: number;
      readonly removed: number;
      readonly restarted: number;
      readonly needRestart: readonly string[];
      readonly warnings: readonly string[];
    }
  | { readonly outcome: 'refused' | 'failed'; readonly problems: readonly string[] }
);
