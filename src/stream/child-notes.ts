import type { Clock } from '../util/clock.ts';
import type { StderrTail, TailNotes } from './stderr-tail.ts';

/** What one child wrote on standard error: its newest lines, redacted. */
export interface ChildNote extends TailNotes {
  /** Wall clock, ms. */
  readonly startedMs: number;
  /** Wall clock, ms; null while it runs. */
  readonly endedMs: number | null;
}

interface Child {
  readonly startedMs: number;
  endedMs: number | null;
  readonly tail: Pick<StderrTail, 'notes'>;
}

/** The one that runs, and the one before it, which says why a camera fails while the next try has said nothing yet. */
const KEPT_CHILDREN = 2;

/** What the children that read the cameras wrote last, for people to look at. Bounded: two tails a camera. */
export class ChildNotes {
  readonly #clock: Clock;
  /** By camera, newest first. */
  readonly #children = new Map<string, readonly Child[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A child begins; call `end` when it is gone. */
  begin(cameraId: string, tail: Pick<StderrTail, 'notes'>): { end(): void } {
    const child: Child = { startedMs: this.#clock.wallMs(), endedMs: null, tail };
    this.#children.set(cameraId, [child, ...(this.#children.get(cameraId) ?? [])].slice(0, KEPT_CHILDREN));
    return {
      end: () => {
        child.endedMs ??= this.#clock.wallMs();
      },
    };
  }

  /** Newest first; empty when none has run. */
  of(cameraId: string): readonly ChildNote[] {
    return (this.#children.get(cameraId) ?? []).map(({ startedMs, endedMs, tail }) => ({ startedMs, endedMs, ...tail.notes() }));
  }

  /** The camera left the configuration. */
  forget(cameraId: string): void {
    this.#children.delete(cameraId);
  }
}
