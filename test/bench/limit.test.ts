import { describe, expect, it } from 'vitest';
import { limitOf, type Machine } from '../../src/bench/limit.ts';
import type { Stage, Step } from '../../src/bench/step.ts';
import { stepOf } from './samples.ts';

const MACHINE: Machine = { cores: 4, boundMs: 500, smallestBatchMs: 40 };
const held = stepOf();

const failed = (changes: Partial<Step> = {}) => stepOf({ holds: false, broken: ['p99'], ...changes });
const cores = (changes: Partial<NonNullable<Step['cores']>>) => ({
  daemon: 0.1,
  engine: 1,
  ffmpeg: 0.5,
  cameras: 0.1,
  bench: 0,
  others: 0,
  ...changes,
});
const latencies = (p99: Partial<Record<Stage, number>>) => {
  const all = { decode: 20, queue: 100, preprocess: 10, inference: 200, decide: 1, total: 600, ...p99 };
  return Object.fromEntries(Object.entries(all).map(([stage, ms]) => [stage, { p50: ms / 2, p99: ms }])) as Record<
    Stage,
    { p50: number; p99: number }
  >;
};
const limit = (changes: Partial<Step>, machine: Partial<Machine> = {}) => limitOf(failed(changes), held, { ...MACHINE, ...machine }).limit;

describe('limitOf', () => {
  it.each<[string, Partial<Step>, Partial<Machine>, string]>([
    ['the network always runs', { engineBusyShare: 0.93, cores: cores({ engine: 3.2 }) }, {}, 'engine'],
    ['the network always runs, and the system does not account for processes', { engineBusyShare: 0.93, cores: null }, {}, 'engine'],
    ['the decoders take the cores from it', { engineBusyShare: 0.95, cores: cores({ engine: 1.5, ffmpeg: 2.3 }) }, {}, 'decode'],
    [
      'the network of a GPU machine always runs, and there are cores left',
      { engineBusyShare: 0.95, cores: cores({ engine: 0.2, ffmpeg: 1.5 }) },
      {},
      'engine',
    ],
    ['the decoders take the cores of a GPU machine', { engineBusyShare: 0.3, cores: cores({ engine: 0.2, ffmpeg: 3.6 }) }, {}, 'decode'],
    ['pictures do not come', { engineBusyShare: 0.5, received: 60 }, {}, 'decode'],
    ['cameras do not come up', { engineBusyShare: 0.5, live: { all: 2, keyframes: 0 } }, {}, 'decode'],
    ['pictures come out late', { latencyMs: latencies({ decode: 300 }) }, {}, 'decode'],
    ['resizing takes long', { latencyMs: latencies({ preprocess: 250 }) }, {}, 'preprocess'],
    ['the main thread has no time', { cores: cores({ daemon: 0.97 }), latencyMs: latencies({}) }, {}, 'daemon'],
    ['the smallest batch is too slow', { engineBusyShare: 1 }, { smallestBatchMs: 501 }, 'bound'],
    ['pictures come together and nothing is busy', { latencyMs: latencies({ queue: 400 }) }, {}, 'bound'],
    ['the simulated cameras are at their end', { cores: cores({ cameras: 0.95 }) }, {}, 'simulation'],
    ['somebody else has the machine', { engineBusyShare: 0.95, cores: cores({ engine: 1.4, ffmpeg: 0.6, others: 1.9 }) }, {}, 'others'],
    ['everything together fills the cores', { engineBusyShare: 0.7, cores: cores({ engine: 2.6, ffmpeg: 1 }) }, {}, 'engine'],
  ])('%s', (_name, changes, machine, expected) => {
    expect(limit(changes, machine)).toBe(expected);
  });

  it('does not blame decoders that were always slow', () => {
    const slow = stepOf({ latencyMs: latencies({ decode: 280 }) });
    expect(limitOf(failed({ latencyMs: latencies({ decode: 300 }) }), slow, MACHINE).limit).toBe('bound');
  });

  it('rests on the figures of the load that failed', () => {
    const { evidence } = limitOf(
      failed({ cameras: 9, engineBusyShare: 0.93, cores: cores({ engine: 3.2 }), latencyMs: latencies({}) }),
      held,
      MACHINE,
    );
    expect(evidence).toEqual([
      'the network ran 93 % of the time',
      'at 9 × 2/s: the network ran 93 % of the time',
      'at 9 × 2/s: of 4 cores used: daemon 0.10, network 3.20, decoders 0.50, simulated cameras 0.10, measurement 0.00, other programs 0.00',
      'at 9 × 2/s: p99 in ms: decode 20, queue 100, preprocess 10, inference 200, decide 1, total 600',
    ]);
  });

  it('knows that nothing limited what was not asked for', () => {
    const { limit: found, evidence } = limitOf(null, held, MACHINE);
    expect(found).toBe('asked');
    expect(evidence[1]).toContain('at 4 × 2/s');
    expect(limitOf(null, null, MACHINE).limit).toBe('asked');
  });
});
