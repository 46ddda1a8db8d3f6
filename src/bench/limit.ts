import type { Role } from './cpu-sight.ts';
import { ROLES } from './cpu-sight.ts';
import { STAGES, type Step } from './step.ts';

/**
 * What kept a machine from carrying more.
 * `engine`: the network ran nearly all the time. `decode`: the decoders took the cores, or let go of pictures too late. `preprocess`: bringing pictures
 * to the network's size. `daemon`: its main thread. `bound`: no machine time was short, but the bound is too tight for frames that come together.
 * `simulation`: the simulated cameras themselves. `others`: programs that have nothing to do with it. `asked`: nothing; no more was asked.
 */
export type Limit = 'engine' | 'decode' | 'preprocess' | 'daemon' | 'bound' | 'simulation' | 'others' | 'asked';

export interface LimitVerdict {
  readonly limit: Limit;
  /** Sentences: why, then the figures it rests on. */
  readonly evidence: readonly string[];
}

export interface Machine {
  readonly cores: number;
  readonly boundMs: number;
  /** What the smallest batch costs, ms. */
  readonly smallestBatchMs: number;
}

/** The network is hardly ever idle: batches follow each other with a gap of milliseconds. */
const ENGINE_BUSY = 0.9;
/** A machine whose cores are taken by so much has no room for another camera. */
const CORES_TAKEN = 0.9;
/** A thread that runs so much of the time delays whatever it has to do. */
const THREAD_BUSY = 0.9;
/** Part of the bound that a stage may take before it is the one to look at. */
const STAGE_SHARE = 0.4;

/** What limited the load that failed, against the one below it that held (null: none did). */
export function limitOf(failed: Step | null, held: Step | null, machine: Machine): LimitVerdict {
  if (failed === null)
    return { limit: 'asked', evidence: ['it carried all that was asked; --max-cameras asks for more', ...(held ? figuresOf(held, machine) : [])] };
  const [limit, why] = reason(failed, held, machine);
  return { limit, evidence: [why, ...figuresOf(failed, machine)] };
}

function reason(failed: Step, held: Step | null, { cores, boundMs, smallestBatchMs }: Machine): [Limit, string] {
  const { cores: used, engineBusyShare, latencyMs } = failed;
  const p99 = (stage: (typeof STAGES)[number]) => latencyMs?.[stage].p99 ?? 0;
  const taken = used === null ? null : ROLES.reduce((sum, role) => sum + used[role], 0) + (used.others ?? 0);
  const full = taken !== null && taken >= CORES_TAKEN * cores;

  if (smallestBatchMs >= boundMs) return ['bound', `the smallest batch alone takes ${ms(smallestBatchMs)} of a bound of ${ms(boundMs)}`];
  if (used !== null && used.cameras >= THREAD_BUSY) return ['simulation', `the simulated cameras took ${inCores(used.cameras)}, and are one thread`];
  if (used !== null && full && (used.others ?? 0) >= Math.max(used.ffmpeg, used.engine))
    return ['others', `other programs took ${inCores(used.others ?? 0)} of ${cores}: measure again when they are gone`];
  if (used !== null && full && used.ffmpeg >= used.engine)
    return ['decode', `the decoders took ${inCores(used.ffmpeg)} of ${cores}, more than the network (${inCores(used.engine)})`];
  if (engineBusyShare >= ENGINE_BUSY) return ['engine', `the network ran ${percent(engineBusyShare)} of the time`];
  if (failed.live.all + failed.live.keyframes < failed.cameras || failed.received + failed.cameras < 0.98 * failed.offered)
    return ['decode', `the decoders delivered ${failed.received} of ${Math.round(failed.offered)} pictures`];
  if (p99('decode') >= STAGE_SHARE * boundMs && p99('decode') >= 2 * (held?.latencyMs?.decode.p99 ?? 0))
    return ['decode', `pictures left the decoders ${ms(p99('decode'))} after their arrival (p99)`];
  if (p99('preprocess') >= STAGE_SHARE * boundMs)
    return ['preprocess', `bringing pictures to the network's size took ${ms(p99('preprocess'))} a batch (p99)`];
  if (used !== null && used.daemon >= THREAD_BUSY) {
    const preprocesses = p99('preprocess') >= p99('queue');
    return [preprocesses ? 'preprocess' : 'daemon', `the daemon took ${inCores(used.daemon)}`];
  }
  if (full) return busiest(used, cores, taken);
  return [
    'bound',
    `the network ran ${percent(engineBusyShare)} of the time: what is short is the bound of ${ms(boundMs)}, when pictures come together`,
  ];
}

/** The cores are taken, by nobody in particular. */
function busiest(used: Step['cores'], cores: number, taken: number): [Limit, string] {
  const parts: [Limit, number][] = [
    ['engine', used?.engine ?? 0],
    ['decode', used?.ffmpeg ?? 0],
    ['daemon', used?.daemon ?? 0],
    ['simulation', used?.cameras ?? 0],
  ];
  const [limit] = parts.toSorted(([, a], [, b]) => b - a)[0] ?? ['engine'];
  return [limit, `${inCores(taken)} of ${cores} were taken, most of them by this`];
}

const NAMES: Readonly<Record<Role, string>> = {
  daemon: 'daemon',
  engine: 'network',
  ffmpeg: 'decoders',
  cameras: 'simulated cameras',
  bench: 'measurement',
};

function figuresOf(step: Step, { cores }: Machine): string[] {
  const { cores: used, latencyMs, engineBusyShare, cameras, sampleFps } = step;
  const at = `at ${cameras} × ${sampleFps}/s`;
  const lines = [`${at}: the network ran ${percent(engineBusyShare)} of the time`];
  if (used !== null) {
    const parts = ROLES.map((role) => `${NAMES[role]} ${used[role].toFixed(2)}`);
    if (used.others !== null) parts.push(`other programs ${used.others.toFixed(2)}`);
    lines.push(`${at}: of ${cores} cores used: ${parts.join(', ')}`);
  }
  if (latencyMs !== null) lines.push(`${at}: p99 in ms: ${STAGES.map((stage) => `${stage} ${Math.round(latencyMs[stage].p99)}`).join(', ')}`);
  return lines;
}

function ms(value: number): string {
  return `${Math.round(value)} ms`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function inCores(value: number): string {
  return `${value.toFixed(2)} cores`;
}
