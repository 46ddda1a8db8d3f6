import { describe, expect, it } from 'vitest';
import type { Coverage, Moment } from '../../src/events/coverage.ts';
import { type CoverageSettings, CoverageTracker } from '../../src/events/coverage-tracker.ts';

const LIMIT_MS = 10_000;

describe('CoverageTracker', () => {
  it('is reduced since verdicts became rare, and watching again only when they come clearly often', () => {
    const door = stage();
    door.judge(60_000, 500);
    door.judge(40_000, 4_000);
    expect(door.said).toEqual(['watching 0.4', 'reduced source 60']);
    // 55 % of what was asked: neither clearly rare nor clearly often.
    door.judge(60_000, 900);
    expect(door.said).toHaveLength(2);
    door.judge(40_000, 500);
    expect(door.said.slice(2)).toEqual([expect.stringMatching(/^watching 16\d/)]);
  });

  it('does not call a camera reduced for one gap below the limit, nor for a rate that is merely a little low', () => {
    const door = stage();
    door.judge(60_000, 500);
    door.idle(9_000);
    door.judge(60_000, 500);
    door.judge(60_000, 900);
    expect(door.said).toEqual(['watching 0.4']);
  });

  it('is reduced from the start where it was judged too rarely from the start', () => {
    const door = stage();
    door.judge(60_000, 3_000);
    expect(door.said).toEqual(['watching 2.9', 'reduced source 2.9']);
  });

  it.each<[string, (door: Stage) => void, string]>([
    ['key frames are rare', (door) => door.tracker.source({ state: 'live', decode: 'keyframes' }, door.now), 'keyframes'],
    ['frames are superseded', (door) => void door.fates.push('overload'), 'overload'],
    ['frames cannot be judged', (door) => void door.fates.push('invalid'), 'invalid'],
    ['nothing moves', (door) => void door.fates.push('motion'), 'motion'],
    ['the engine loses frames', (door) => void door.fates.push('engine'), 'engine'],
    ['the stream has fewer pictures', () => undefined, 'source'],
  ])('says why it is reduced: %s', (_, cause, reason) => {
    const door = stage();
    door.judge(60_000, 500);
    cause(door);
    door.judge(60_000, 4_000);
    expect(door.said[1]).toMatch(new RegExp(`^reduced ${reason} 60`));
    expect(door.said).toHaveLength(2);
  });

  it('calls a camera that comes and goes reduced: offline, and one whose engine does reduced: engine', () => {
    const door = stage();
    for (let round = 0; round < 12; round++) {
      door.judge(1_000, 500);
      door.source('backingOff');
      door.idle(7_000);
      door.source('live');
    }
    expect(door.said[1]).toMatch(/^reduced offline/);
    const other = stage();
    other.fates.push('overload');
    for (let round = 0; round < 12; round++) {
      other.judge(1_000, 500);
      other.engine(false);
      other.idle(7_000);
      other.engine(true);
    }
    expect(other.said[1]).toMatch(/^reduced engine/);
  });

  it('changes the reason of reduced only after a whole window', () => {
    const door = stage();
    door.judge(60_000, 4_000);
    door.fates.push('overload');
    door.judge(80_000, 4_000);
    expect(door.said.slice(1)).toEqual([expect.stringMatching(/^reduced source/), expect.stringMatching(/^reduced overload (6|7|8|9)\d/)]);
  });

  it('speaks for its worst region', () => {
    const door = stage({ regions: ['full', 'gate'] });
    door.judge(60_000, 500, ['full']);
    expect(door.said).toEqual(['blind engine 11']);
    door.judge(60_000, 500, ['full', 'gate']);
    door.judge(20_000, 500, ['gate']);
    expect(door.said.slice(1)).toEqual(['watching 60.4', 'blind engine 119.9']);
    door.judge(1_000, 500, ['full', 'gate', 'unknown']);
    expect(door.said.at(-1)).toMatch(/^watching 140.4/);
    // Rarely in one of them is rarely.
    for (let at = 0; at < 60_000; at += 500) door.judge(500, 500, at % 4_000 === 0 ? ['full', 'gate'] : ['full']);
    expect(door.said.at(-1)).toMatch(/^reduced/);
  });

  it.each<[string, (door: Stage) => void, string]>([
    ['it is not reached', (door) => door.source('offline'), 'offline'],
    ['it waits for the next try', (door) => door.source('backingOff'), 'offline'],
    ['it refuses the login', (door) => door.source('authFailed'), 'authFailed'],
    ['the engine is away', (door) => door.engine(false), 'engine'],
    ['it sends nothing', () => undefined, 'offline'],
    ['its key frames are too rare', (door) => void door.tracker.source({ state: 'live', decode: 'keyframes' }, door.now), 'keyframes'],
    ['its frames are superseded', (door) => void door.fates.push('overload'), 'overload'],
    ['its frames cannot be judged', (door) => void door.fates.push('invalid'), 'invalid'],
  ])('says why it is blind: %s', (_, cause, reason) => {
    const door = stage();
    door.judge(30_000, 500);
    cause(door);
    door.idle(LIMIT_MS);
    expect(door.said).toEqual(['watching 0.4']);
    door.idle(1_000);
    expect(door.said[1]).toBe(`blind ${reason} 29.9`);
    door.idle(60_000);
    expect(door.said).toHaveLength(2);
  });

  it('blames pictures that come broken', () => {
    const door = stage();
    door.judge(30_000, 500);
    for (let half = 0; half < 22; half++) {
      door.tracker.spoiled(door.now);
      door.idle(500);
    }
    expect(door.said[1]).toBe('blind invalid 29.9');
  });

  it('names what held most recently when that is over just before it is found blind', () => {
    const door = stage();
    door.judge(30_000, 500);
    door.source('authFailed');
    door.idle(9_500);
    door.source('connecting');
    door.idle(2_000);
    expect(door.said[1]).toBe('blind authFailed 29.9');
  });

  it('changes the reason of blindness with what is known, and keeps it while it connects', () => {
    const door = stage();
    door.judge(30_000, 500);
    door.source('offline');
    door.idle(20_000);
    door.source('connecting');
    door.idle(5_000);
    door.source('authFailed');
    door.idle(5_000);
    door.source('connecting');
    door.source('live');
    door.idle(5_000);
    door.engine(false);
    door.idle(5_000);
    expect(door.said.slice(1)).toEqual(['blind offline 29.9', 'blind authFailed 55', 'blind engine 65']);
  });

  it('stays blind with verdicts that are further apart than the limit', () => {
    const door = stage();
    door.tracker.source({ state: 'live', decode: 'keyframes' }, door.now);
    door.judge(120_000, 12_000);
    expect(door.said).toEqual([expect.stringMatching(/^blind keyframes/)]);
  });

  it('waits three samples where they are rare', () => {
    const door = stage({ sampleFps: 0.1 });
    door.judge(60_000, 10_000);
    door.idle(29_000);
    expect(door.said).toEqual(['watching 9.9']);
    door.idle(2_000);
    expect(door.said[1]).toBe('blind offline 59.9');
  });

  it('takes the slow verdicts of a patient camera for what they are', () => {
    const door = stage();
    door.ageMs = 15_000;
    door.idle(16_000);
    door.judge(60_000, 500);
    expect(door.said.at(-1)).toMatch(/^watching/);
  });
});

interface Stage {
  readonly tracker: CoverageTracker;
  /** `state reason since`, s. */
  readonly said: string[];
  /** What becomes of a frame every 500 ms beside those that are judged. */
  readonly fates: ('overload' | 'engine' | 'invalid' | 'motion')[];
  readonly now: Moment;
  ageMs: number;
  idle(ms: number): void;
  judge(ms: number, everyMs: number, regions?: readonly string[]): void;
  source(state: 'live' | 'offline' | 'backingOff' | 'authFailed' | 'connecting'): void;
  engine(available: boolean): void;
}

/** A camera that is live, on a clock of its own that begins at 0. */
function stage(over: Partial<CoverageSettings> = {}): Stage {
  let mono = 0;
  const at = (ms: number): Moment => ({ mono: ms, at: ms });
  const settings = { sampleFps: 2, enabled: true, regions: ['full'], ...over };
  const tracker = new CoverageTracker(settings, { state: 'blind', since: 0, reason: 'start' }, true, at(0));
  const said: string[] = [];
  const fates: Stage['fates'] = [];
  const say = (changes: readonly Coverage[]) => {
    for (const { state, reason, since } of changes) said.push([state, ...(reason === null ? [] : [reason]), Math.floor(since / 100) / 10].join(' '));
  };
  const step = () => {
    mono += 100;
    if (mono % 1000 === 0) say(tracker.review(at(mono)));
    if (mono % 500 !== 0) return;
    for (const fate of fates) {
      tracker.received(at(mono));
      tracker.dropped('full', fate, at(mono));
    }
  };
  tracker.source({ state: 'live', decode: 'all' }, at(0));
  const own: Stage = {
    ...{ tracker, said, fates, ageMs: 80 },
    get now() {
      return at(mono);
    },
    idle(ms) {
      for (let left = ms; left > 0; left -= 100) step();
    },
    judge(ms, everyMs, regions = settings.regions) {
      for (let left = ms; left > 0; left -= 100) {
        step();
        if ((ms - left + 100) % everyMs !== 0) continue;
        tracker.received(at(mono));
        for (const region of regions) say(tracker.judged(region, at(mono - own.ageMs), at(mono)));
      }
    },
    source: (state) => say(tracker.source({ state, decode: 'all' }, at(mono))),
    engine: (available) => say(tracker.engine(available, at(mono))),
  };
  return own;
}
