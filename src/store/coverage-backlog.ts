import type { CoverageChange } from '../events/coverage.ts';

/** Entries a camera that may wait for the disk. A camera that comes and goes makes some six a minute. */
export const MOST_WAITING_ENTRIES = 100;
const MOST_AT_ONCE = 1_000;

/**
 * Entries that wait for the disk, each camera's in their order, bounded. When too many of a camera wait, the time of all but the newest becomes one
 * entry: `blind`, `unrecorded`. It may have been watched, but nothing will ever show it.
 */
export class CoverageBacklog {
  readonly #waiting = new Map<string, readonly CoverageChange[]>();
  #writing: readonly CoverageChange[] = [];
  #unrecorded = 0;

  get unrecorded(): number {
    return this.#unrecorded;
  }

  /** What is not known to be written. */
  get entries(): readonly CoverageChange[] {
    return [...this.#writing, ...[...this.#waiting.values()].flat()];
  }

  add(changes: readonly CoverageChange[]): void {
    for (const change of changes) {
      const own = [...(this.#waiting.get(change.camera) ?? []), change];
      this.#waiting.set(change.camera, own.length > MOST_WAITING_ENTRIES ? this.#cut(own, change) : own);
    }
  }

  /** The next to be written; the same again until they are `written`. */
  take(): readonly CoverageChange[] {
    if (this.#writing.length > 0) return this.#writing;
    const taken: CoverageChange[] = [];
    for (const [camera, own] of this.#waiting) {
      if (taken.length > 0 && taken.length + own.length > MOST_AT_ONCE) break;
      taken.push(...own);
      this.#waiting.delete(camera);
    }
    this.#writing = taken;
    return taken;
  }

  /** They are on disk, or never will be. */
  written(): void {
    this.#writing = [];
  }

  #cut(own: readonly CoverageChange[], newest: CoverageChange): readonly CoverageChange[] {
    this.#unrecorded += own.length - 1;
    return [...own.slice(0, 1).map((first): CoverageChange => ({ ...first, state: 'blind', reason: 'unrecorded' })), newest];
  }
}
