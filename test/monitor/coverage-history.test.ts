import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CoverageChange } from '../../src/events/coverage.ts';
import { coverageReport } from '../../src/http/coverage-report.ts';
import { CoverageWorld, camera } from '../helpers/coverage-world.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Shortly before midnight: most histories cross it. */
const START = Date.UTC(2026, 10, 22, 23, 50);
const CAMERAS = ['door', 'yard'];
const LIMIT_MS = 10_000;
const AGE_MS = 80;

type Step =
  | { readonly do: 'judge'; readonly ms: number; readonly everyMs: number }
  | { readonly do: 'idle'; readonly ms: number; readonly state: 'live' | 'offline' | 'authFailed' | 'connecting' | 'disabled' }
  | { readonly do: 'stop'; readonly ms: number }
  | { readonly do: 'sleep'; readonly ms: number }
  | { readonly do: 'setClock'; readonly ms: number }
  | { readonly do: 'engine'; readonly available: boolean }
  | { readonly do: 'reload'; readonly sampleFps: number; readonly enabled: boolean }
  | { readonly do: 'remove' }
  | { readonly do: 'restart'; readonly ms: number }
  | { readonly do: 'crash'; readonly ms: number };

const ms = (max: number) => fc.integer({ min: 1, max });
const judge = fc.record({ do: fc.constant('judge'), ms: ms(90_000), everyMs: fc.constantFrom(333, 1000, 4000, 9000, 10_000, 10_001, 12_000) });
const idle = fc.record({ do: fc.constant('idle'), ms: ms(40_000), state: fc.constantFrom('live', 'offline', 'authFailed', 'connecting') });
const stop = fc.record({ do: fc.constant('stop'), ms: ms(60_000) });
const restart = fc.record({ do: fc.constant('restart'), ms: ms(2 * HOUR_MS) });
const crash = fc.record({ do: fc.constant('crash'), ms: ms(2 * HOUR_MS) });
const steady: fc.Arbitrary<Step> = fc.oneof({ weight: 4, arbitrary: judge }, { weight: 2, arbitrary: idle }, stop, restart, crash);
const wild: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: steady },
  fc.record({ do: fc.constant('idle'), ms: ms(20_000), state: fc.constant('disabled') }),
  fc.record({ do: fc.constant('sleep'), ms: ms(9 * HOUR_MS) }),
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('setClock'), ms: fc.oneof(fc.constantFrom(-HOUR_MS, HOUR_MS), fc.integer({ min: -5000, max: 5000 })) }),
  },
  fc.record({ do: fc.constant('engine'), available: fc.boolean() }),
  fc.record({ do: fc.constant('reload'), sampleFps: fc.constantFrom(0.1, 1, 2, 30), enabled: fc.boolean() }),
  fc.record({ do: fc.constant('remove') }),
);

describe('a history of coverage', () => {
  it('has neither hole nor overlap, and every time asked for adds up, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(wild, { minLength: 3, maxLength: 14 }),
        fc.array(ms(30 * HOUR_MS), { minLength: 4, maxLength: 4 }),
        async (steps, cuts) => {
          const world = new CoverageWorld(START);
          const order = new Order(world);
          await world.start(CAMERAS.map((id) => camera(id)));
          for (const step of steps) {
            await take(world, step);
            order.check();
          }
          const changes = await world.store.query({ sinceMs: 0, untilMs: Number.MAX_SAFE_INTEGER });
          const nowMs = world.record.now();
          const [a = 0, b = 0, c = 0, d = 0] = cuts;
          const midnight = Date.UTC(2026, 10, 23);
          for (const [sinceMs, untilMs] of [
            [midnight - DAY_MS, midnight],
            [midnight, midnight + DAY_MS],
            [START + Math.min(a, b), START + Math.max(a, b) + 1],
            [START - c, START + d],
          ] as const) {
            for (const { totalsMs, reasonsMs, intervals } of coverageReport(changes, { sinceMs, untilMs, nowMs })) {
              expect(totalsMs.watching + totalsMs.reduced + totalsMs.blind + totalsMs.unknown).toBe(untilMs - sinceMs);
              expect(totalsMs.unknown).toBeGreaterThanOrEqual(0);
              expect(sum(intervals.map(({ durationMs }) => durationMs))).toBe(untilMs - sinceMs - totalsMs.unknown);
              expect(sum(Object.values(reasonsMs))).toBe(totalsMs.reduced + totalsMs.blind);
              for (const [index, { since, until, durationMs }] of intervals.entries()) {
                expect(Date.parse(until) - Date.parse(since)).toBe(durationMs);
                expect(durationMs).toBeGreaterThan(0);
                const next = intervals[index + 1];
                if (next) expect(Date.parse(next.since)).toBeGreaterThanOrEqual(Date.parse(until));
              }
            }
          }
          // The second camera is never removed: it is known from the start up to now, without a gap.
          const yard = coverageReport(changes, { sinceMs: START, untilMs: nowMs, nowMs }).find((one) => one.camera === 'yard');
          expect(yard?.totalsMs.unknown ?? 0).toBe(0);
          for (const [index, { until }] of (yard?.intervals ?? []).entries()) expect(yard?.intervals[index + 1]?.since ?? until).toBe(until);
          const newest = world.store.entries.get('yard')?.at(-1);
          expect(world.record.of('yard')).toEqual(
            newest && { state: newest.state, reason: newest.reason, since: new Date(newest.since).toISOString() },
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it('says exactly when a camera was judged: from the first of two verdicts within the limit to the last', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steady, { minLength: 2, maxLength: 10 }), async (steps) => {
        const world = new CoverageWorld(START);
        const truth = new Truth(world);
        await world.start([camera('door')]);
        // No frame is older than the process that got it.
        world.run(AGE_MS, AGE_MS);
        for (const step of steps) await take(world, step, truth);
        // So that somebody has looked.
        world.run(1000, 1000);
        truth.now();
        const changes = await world.store.query({ sinceMs: 0, untilMs: Number.MAX_SAFE_INTEGER });
        const nowMs = world.record.now();
        const [door] = coverageReport(changes, { sinceMs: START, untilMs: Math.max(nowMs, START + 1), nowMs });
        const seen = (door?.intervals ?? [])
          .filter(({ state }) => state !== 'blind')
          .map(({ since, until }) => [Date.parse(since) - START, Date.parse(until) - START]);
        expect(joined(seen)).toEqual(joined(truth.spans));
      }),
      { numRuns: 100 },
    );
  });

  it('adds up to 24 h for a day that was watched from before midnight until after the next', async () => {
    const world = new CoverageWorld(START);
    const day = Date.UTC(2026, 10, 23);
    await world.start([camera('door', { sampleFps: 0.25 })]);
    world.watch('door', 3 * HOUR_MS, 4000);
    world.source('door', 'offline');
    world.run(HOUR_MS, 4000);
    world.watch('door', 20 * HOUR_MS + 30 * 60_000, 4000);
    const changes = await world.store.query({ sinceMs: day, untilMs: day + DAY_MS });
    const [door] = coverageReport(changes, { sinceMs: day, untilMs: day + DAY_MS, nowMs: world.record.now() });
    const outage = HOUR_MS + 4000;
    expect(door?.totalsMs).toEqual({ watching: DAY_MS - outage, reduced: 0, blind: outage, unknown: 0 });
    expect(door?.reasonsMs).toEqual({ offline: outage });
  });
});

/** What one region's verdicts say by themselves: where two are within the limit of each other, it is judged. */
class Truth {
  readonly spans: (readonly [number, number])[] = [];
  readonly #world: CoverageWorld;
  #run: { first: number; last: number; lastJudged: number; count: number } | null = null;

  constructor(world: CoverageWorld) {
    this.#world = world;
  }

  judged(): void {
    const at = this.#world.clock.mono;
    const frame = this.#world.clock.wall - AGE_MS - START;
    if (this.#run && at - this.#run.lastJudged <= LIMIT_MS) Object.assign(this.#run, { last: frame, lastJudged: at, count: this.#run.count + 1 });
    else {
      this.#end(this.#run?.last);
      this.#run = { first: frame, last: frame, lastJudged: at, count: 1 };
    }
  }

  closed(): void {
    this.#end(this.#run?.last);
  }

  /** It was still taken for judged when it was last known to live, or not. */
  died(): void {
    const wasOpen = this.#run !== null && this.#world.store.entries.get('door')?.at(-1)?.state !== 'blind';
    this.#end(wasOpen ? (this.#world.store.aliveMs ?? 0) - START : this.#run?.last);
  }

  now(): void {
    const isOpen = this.#run !== null && this.#world.clock.mono - this.#run.lastJudged <= LIMIT_MS;
    this.#end(isOpen ? this.#world.record.now() - START : this.#run?.last);
  }

  #end(until: number | undefined): void {
    if (this.#run && this.#run.count > 1 && until !== undefined) this.spans.push([this.#run.first, until]);
    this.#run = null;
  }
}

/** An entry may change what was said since the camera became blind, or ceased to be, and nothing before. */
class Order {
  readonly #world: CoverageWorld;
  #settled: ReadonlyMap<string, readonly CoverageChange[]> = new Map();

  constructor(world: CoverageWorld) {
    this.#world = world;
  }

  check(): void {
    const { entries, aliveMs } = this.#world.store;
    for (const [id, settled] of this.#settled) expect(entries.get(id)?.slice(0, settled.length)).toEqual(settled);
    for (const own of entries.values()) {
      for (const [index, { since }] of own.entries()) {
        expect(Number.isInteger(since)).toBe(true);
        expect(since).toBeGreaterThan(own[index - 1]?.since ?? 0);
        expect(since).toBeLessThanOrEqual(aliveMs ?? 0);
      }
    }
    this.#settled = new Map(
      [...entries].map(([id, own]) => [
        id,
        own.slice(0, own.findLastIndex(({ state }) => (state === 'blind') !== (own.at(-1)?.state === 'blind')) + 1),
      ]),
    );
  }
}

async function take(world: CoverageWorld, step: Step, truth?: Truth): Promise<void> {
  const { clock, record } = world;
  if (step.do === 'judge') {
    world.source('door', 'live');
    let sinceVerdict = 0;
    world.run(step.ms, Math.min(step.everyMs, 1000), () => {
      sinceVerdict += Math.min(step.everyMs, 1000);
      if (sinceVerdict < step.everyMs) return;
      sinceVerdict = 0;
      truth?.judged();
      world.judge('door', AGE_MS);
      world.judge('yard', AGE_MS);
    });
  } else if (step.do === 'idle') {
    world.source('door', step.state);
    world.run(step.ms, 1000);
  } else if (step.do === 'stop') clock.pass(step.ms);
  else if (step.do === 'sleep') clock.wall += step.ms;
  else if (step.do === 'setClock') clock.wall += step.ms;
  else if (step.do === 'engine') record.engine(step.available);
  else if (step.do === 'reload') record.enter(camera('door', { sampleFps: step.sampleFps, enabled: step.enabled }));
  else if (step.do === 'remove') {
    record.leave('door');
    world.run(3000, 1000);
    record.enter(camera('door'));
  } else {
    if (step.do === 'restart') record.close();
    if (step.do === 'restart') truth?.closed();
    else truth?.died();
    clock.pass(step.ms);
    await world.start(CAMERAS.filter((id) => truth === undefined || id === 'door').map((id) => camera(id)));
    world.run(AGE_MS, AGE_MS);
  }
}

/** Spans that touch are one. */
function joined(spans: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const all: number[][] = [];
  for (const [since = 0, until = 0] of spans) {
    const last = all.at(-1);
    if (since >= until) continue;
    if (last?.[1] === since) last[1] = until;
    else all.push([since, until]);
  }
  return all;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
