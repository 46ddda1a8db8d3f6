import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LabelEvent } from '../../src/events/label-event.ts';
import { OutboxReader } from '../../src/sinks/outbox-reader.ts';
import { SettlementBuffer } from '../../src/sinks/settlement-buffer.ts';
import { appendEvents, openHistory } from '../../src/store/history-database.ts';
import type { Outbox } from '../../src/store/outbox.ts';
import { outboxFacts, outboxPage, parsedEntry, selectDeadLetters, settleOutbox } from '../../src/store/outbox-table.ts';
import { withSequence } from '../../src/store/sequence.ts';
import type { Database } from '../../src/store/sqlite-database.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { labelEvent } from '../helpers/label-events.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

const WINDOW = 8;
const CAMERAS = ['a', 'b'] as const;

const UPSETS = ['connect', 'connect', 'disconnect', 'crash', 'failDisk', 'healDisk', 'slowDisk', 'answerDisk'] as const;

/** What happens to a daemon and its broker. `pick`: which of those in flight, or of those not offered yet. */
type Step =
  | { readonly do: 'commit'; readonly cameras: readonly (typeof CAMERAS)[number][] }
  | { readonly do: 'offer' | 'acknowledge' | 'refuse'; readonly pick: number }
  | { readonly do: 'connect' | 'disconnect' | 'crash' | 'write' | 'failDisk' | 'healDisk' | 'slowDisk' | 'answerDisk' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('commit' as const), cameras: fc.array(fc.constantFrom(...CAMERAS), { minLength: 1, maxLength: 40 }) }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('offer' as const, 'acknowledge' as const), pick: fc.nat(1000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refuse' as const), pick: fc.nat(1000) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('write' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom(...UPSETS),
    }),
  },
);

describe('the way from the outbox to the broker', () => {
  it('delivers all that was committed, in the order of each camera, whatever happens in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 120 }), async (script) => {
        const world = new World();
        for (const each of script) await world.play(each);
        await world.playOut();
        expect(world.faults()).toEqual([]);
      }),
      { numRuns: 120 },
    );
  }, 60_000);

  it('would be seen to lose a message, to swap two, and to repeat one without a cause', async () => {
    for (const [fault, found] of [
      ['lose', /never came/],
      ['swap', /came after/],
      ['repeat', /came \d+ times/],
    ] as const) {
      const world = new World();
      await world.play({ do: 'commit', cameras: ['a', 'a', 'a'] });
      await world.playOut();
      world.plant(fault);
      expect(world.faults().join()).toMatch(found);
    }
  });
});

/** A daemon that commits and publishes as the real one does, on a real database, with a broker that is three arrays. */
class World {
  readonly #database: Database = openHistory(temporaryDirectory(), 0, false).database;
  readonly #clock = new VirtualClock(0, Date.UTC(2026, 0, 1));
  readonly #committed: LabelEvent[] = [];
  readonly #received: LabelEvent[] = [];
  readonly #refused = new Set<number>();
  #notOffered: LabelEvent[] = [];
  #flight: LabelEvent[] = [];
  #connected = false;
  #diskFails = false;
  /** It has done its work, and the answer is on its way, for as long as this is not null. */
  #slow: (() => void)[] | null = null;
  #upsets = 1;
  #reader!: OutboxReader;
  #buffer!: SettlementBuffer;

  constructor() {
    this.#begin();
  }

  async play(step: Step): Promise<void> {
    switch (step.do) {
      case 'commit': {
        const events = step.cameras.map((camera) => labelEvent({ camera }));
        const first = appendEvents(this.#database, events, this.#committed.length, this.#clock.wallMs());
        const stored = events.map((event, index) => withSequence(event, first + index));
        this.#committed.push(...stored);
        this.#notOffered.push(...stored);
        break;
      }
      case 'offer': {
        // Mostly in their order, as the daemon does it; sometimes not.
        const count = 1 + (step.pick % 5);
        const offered = step.pick % 7 === 0 ? this.#notOffered.splice(-count) : this.#notOffered.splice(0, count);
        for (const event of offered) this.#reader.offer(event);
        break;
      }
      case 'acknowledge':
      case 'refuse':
        this.#answer(step.pick, step.do === 'refuse');
        break;
      case 'connect':
        this.#connected = true;
        break;
      case 'disconnect':
        this.#lose();
        this.#reader.rewind();
        break;
      case 'crash':
        this.#lose();
        this.#reader.close();
        this.#notOffered = [];
        this.#begin();
        break;
      case 'write':
        await this.#clock.advance(60);
        break;
      case 'failDisk':
      case 'healDisk':
        this.#diskFails = step.do === 'failDisk';
        break;
      case 'slowDisk':
        this.#slow ??= [];
        break;
      case 'answerDisk':
        this.#answerDisk();
        break;
    }
    await this.#pump();
  }

  /** The broker is there and answers, the disk works, until nothing is left to do. */
  async playOut(): Promise<void> {
    this.#diskFails = false;
    this.#answerDisk();
    this.#connected = true;
    for (const event of this.#notOffered.splice(0)) this.#reader.offer(event);
    for (let idle = 0; idle < 3; ) {
      await this.#pump();
      idle = this.#flight.length === 0 ? idle + 1 : 0;
      while (this.#flight.length > 0) this.#answer(0, false);
      await this.#clock.advance(2_000);
    }
  }

  plant(fault: 'lose' | 'swap' | 'repeat'): void {
    const [first, second] = this.#received;
    if (!first || !second) throw new Error('nothing was received');
    if (fault === 'lose') this.#received.pop();
    if (fault === 'swap') this.#received.splice(0, 2, second, first);
    if (fault === 'repeat') for (let i = 0; i < 3; i++) this.#received.push(first);
  }

  faults(): readonly string[] {
    const found: string[] = [];
    const times = new Map<number, number>();
    const newest = new Map<string, number>();
    for (const { camera, sequence } of this.#received) {
      const known = times.get(sequence) ?? 0;
      times.set(sequence, known + 1);
      if (known > 0) continue;
      const before = newest.get(camera) ?? 0;
      if (sequence < before) found.push(`${sequence} of ${camera} came after ${before}`);
      newest.set(camera, Math.max(before, sequence));
    }
    for (const { sequence } of this.#committed) if (!times.has(sequence) && !this.#refused.has(sequence)) found.push(`${sequence} never came`);
    for (const [sequence, count] of times) if (count > this.#upsets) found.push(`${sequence} came ${count} times`);
    const { depth } = outboxFacts(this.#database);
    if (depth > 0) found.push(`${depth} are left in the outbox`);
    const dead = selectDeadLetters(this.#database, 1000)
      .newest.map(({ sequence }) => sequence)
      .sort((a, b) => a - b);
    if (dead.join() !== [...this.#refused].sort((a, b) => a - b).join()) found.push(`dead letters: ${dead.join()}`);
    return found;
  }

  #begin(): void {
    const outbox: Pick<Outbox, 'page' | 'settle'> = {
      page: (after, limit) => this.#onDisk(() => outboxPage(this.#database, after, limit).map(parsedEntry)),
      settle: (settlement) => this.#onDisk(() => settleOutbox(this.#database, settlement)),
    };
    const options = { outbox, clock: this.#clock, logger: silentLogger };
    // Whoever takes calls again as long as there is something: `#pump`.
    this.#reader = new OutboxReader({ ...options, ready: () => undefined });
    this.#buffer = new SettlementBuffer({ ...options, roomAgain: () => undefined });
  }

  async #onDisk<T>(work: () => T): Promise<T> {
    await Promise.resolve();
    if (this.#diskFails) throw new Error('the disk fails');
    const result = work();
    const slow = this.#slow;
    if (slow) await new Promise<void>((resolve) => slow.push(resolve));
    return result;
  }

  #answerDisk(): void {
    for (const answer of this.#slow ?? []) answer();
    this.#slow = null;
  }

  async #pump(): Promise<void> {
    for (let round = 0; round < 6; round++) {
      while (this.#connected && this.#flight.length < WINDOW) {
        const message = this.#reader.take();
        if (!message) break;
        this.#flight.push(message.event);
        this.#received.push(message.event);
      }
      // A page that is being read comes in.
      for (let turn = 0; turn < 8; turn++) await Promise.resolve();
    }
  }

  #answer(pick: number, refuses: boolean): void {
    const [event] = this.#flight.splice(pick % Math.max(1, this.#flight.length), 1);
    if (!event) return;
    this.#reader.settle(event);
    if (refuses) {
      this.#refused.add(event.sequence);
      this.#buffer.dead(event, 't', 'refused', 'no');
    } else this.#buffer.delivered(event.sequence);
  }

  #lose(): void {
    this.#connected = false;
    this.#flight = [];
    this.#upsets += 1;
  }
}
