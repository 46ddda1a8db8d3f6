import { endOfWork } from './cost-curve.ts';
import type { Scenario } from './scenario.ts';
import { OVERHEAD_MS } from './simulated-engine.ts';

/** A frame, or one of a row of them, that counts as missed unless it is judged in time. */
interface Job {
  /** When its picture is offered: from then on it can be prepared, ms. */
  readonly releaseMs: number;
  /** By when its batch must end, ms. */
  readonly dueMs: number;
  /** It is late whenever the machine comes to a standstill while its batch runs. */
  readonly isTight: boolean;
}

/** The engine is free at `atMs`; `open` (job numbers by due time) waits and can still make it; `missed` are lost so far. */
interface State {
  readonly atMs: number;
  /** The engine has been idle until a job came at `atMs`: whatever runs next has to be prepared first. */
  readonly idle: boolean;
  /** The first job that has not come yet. */
  readonly next: number;
  readonly open: readonly number[];
  readonly missed: number;
}

/** Whether the scheduler knows in advance when the machine will stand still. */
export type Standstills = 'foreseen' | 'unforeseen';

export interface ClairvoyantBound {
  /** No schedule misses fewer; with unforeseen standstills: on average over when they come. */
  readonly missed: number;
  /** States that were looked at. */
  readonly states: number;
  /** Some states were merged into one that is better than each: the bound still holds, but a better one may exist. */
  readonly merged: boolean;
}

/** Rows of frames are left out for cameras with more time than so many of the smallest batches: they are never missed, and the search would have to go through all the ways to judge them. */
const ROW_BATCHES = 8;
/** More states than this between two arrivals are merged. */
const MOST_STATES = 3_000;

/**
 * The fewest missed bounds that any scheduler can reach who knows all arrivals and all pauses in advance, with the same engine and batch sizes.
 * An exhaustive search over schedules (when to start, which size), with these facts: batches need their frames in order of due time only
 * (swapping two frames of a schedule that violates it harms nobody); a batch that follows idle time contains the frame that came last; and a state
 * is left out when another is no later, has missed no more and has no frame waiting that the other has not. Relaxed, so that it stays a lower bound: costs have no
 * noise, slots may hold many frames, whoever cannot be in time is given up at once and for nothing, and of frames that replace each other within a
 * camera's bound as few are judged as can be. As in the simulated engine, the pictures of a batch are prepared together, once the last of them is here.
 *
 * Whoever foresees standstills sees to it that nothing urgent runs when one begins; nobody can. With `unforeseen` ones, whoever has to be judged either is not even
 * begun in time, or runs for T(smallest) or more, in which a standstill begins with probability h = 1 − exp(−T / mean time between them), whatever was
 * done before. The search then forgives what standstills do to the batches that they hit, which gives the fewest that are not begun in time, B; of the N jobs
 * that a hit makes late for certain at least N − B are begun; so B + h · (N − B) are missed on average, or more.
 */
export function clairvoyantBound(scenario: Scenario, standstills: Standstills = 'foreseen'): ClairvoyantBound {
  const { curve, pauses } = scenario;
  const jobs = jobsOf(scenario);
  const endOf = (startMs: number, size: number) => endOfWork(startMs, curve.inferenceMs(size), nearPauses(startMs));
  /** When a batch ends for those who are in it. */
  const judgedOf = (startMs: number, size: number) =>
    standstills === 'foreseen'
      ? endOf(startMs, size)
      : endOfWork(
          startMs,
          curve.inferenceMs(size),
          nearPauses(startMs).filter(({ atMs }) => atMs <= startMs),
        );
  let pauseAt = 0;
  const nearPauses = (startMs: number) => {
    while (pauseAt > 0 && (pauses[pauseAt - 1]?.atMs ?? 0) + (pauses[pauseAt - 1]?.lengthMs ?? 0) > startMs) pauseAt--;
    while (pauseAt < pauses.length && (pauses[pauseAt]?.atMs ?? 0) + (pauses[pauseAt]?.lengthMs ?? 0) <= startMs) pauseAt++;
    return pauses.slice(pauseAt, pauseAt + 3);
  };
  const smallest = curve.sizes[0] ?? 1;
  let states = 0;
  let merged = false;

  /** Everything that has come by `atMs` is added, everything that cannot make it any more is counted. */
  const arrive = (atMs: number, idle: boolean, next: number, open: readonly number[], missed: number): State => {
    let upTo = next;
    while ((jobs[upTo]?.releaseMs ?? Number.POSITIVE_INFINITY) <= atMs) upTo++;
    const waiting = upTo === next ? open : byDue([...open, ...Array.from({ length: upTo - next }, (_, index) => next + index)], jobs);
    const soonestMs = judgedOf(idle ? atMs + curve.preprocessMs : atMs, smallest);
    const alive = waiting.filter((job) => (jobs[job]?.dueMs ?? 0) >= soonestMs);
    return { atMs, idle, next: upTo, open: alive, missed: missed + waiting.length - alive.length };
  };

  // States by `next`: each transition leads to the same `next` (later) or a higher one.
  const buckets = new Map<number, State[]>([[0, [{ atMs: 0, idle: true, next: 0, open: [], missed: 0 }]]]);
  const push = (state: State) => {
    const bucket = buckets.get(state.next);
    if (bucket === undefined) buckets.set(state.next, [state]);
    else bucket.push(state);
  };
  let fewest = Number.POSITIVE_INFINITY;
  for (let next = 0; next <= jobs.length; next++) {
    const queue = buckets.get(next) ?? [];
    buckets.delete(next);
    const kept: State[] = [];
    queue.sort(earlier);
    for (let at = 0; at < queue.length; at++) {
      const state = queue[at];
      if (state === undefined || kept.some((other) => dominates(other, state))) continue;
      kept.push(state);
      states++;
      const followers = expand(state);
      for (const follower of followers) {
        if (follower.next > next) push(follower);
        else insert(queue, follower, at + 1);
      }
      if (kept.length > MOST_STATES) {
        merged = true;
        const rest = queue.splice(at + 1);
        const [one, ...others] = rest;
        if (one !== undefined) queue.push(others.reduce(better, one));
      }
    }
    if (next === jobs.length) for (const state of kept) if (state.open.length === 0) fewest = Math.min(fewest, state.missed);
  }
  return { missed: standstills === 'foreseen' ? fewest : withHits(fewest), states, merged };

  function withHits(notBegun: number): number {
    const tight = jobs.filter(({ isTight }) => isTight).length;
    const hit = 1 - Math.exp(-curve.inferenceMs(smallest) / curve.pauses.everyMs);
    return notBegun + hit * Math.max(0, tight - notBegun);
  }

  function expand(state: State): State[] {
    const { atMs, next, open, missed } = state;
    const comingMs = jobs[next]?.releaseMs ?? Number.POSITIVE_INFINITY;
    const followers: State[] = [];
    let before = 0;
    for (const size of curve.sizes) {
      if (open.length <= before) break;
      for (const newestMs of newestOf(state, size)) {
        const batch = batchOf(state, size, before, newestMs);
        if (batch !== null) followers.push(arrive(batch.endMs, false, next, without(open, batch.jobs), missed));
      }
      before = size;
    }
    // To wait pays only when nothing could have been judged meanwhile.
    if (comingMs < Number.POSITIVE_INFINITY && (open.length === 0 || endOf(atMs + curve.preprocessMs, smallest) > comingMs))
      followers.push(arrive(comingMs, true, next, open, missed));
    if (followers.length > 0 || open.length === 0) return followers;
    // Those who wait could have been judged, had they been prepared already; now nobody can be in time.
    return [comingMs < Number.POSITIVE_INFINITY ? arrive(comingMs, true, next, open, missed) : { ...state, open: [], missed: missed + open.length }];
  }

  /** Up to which arrival a batch may reach, so that it does not start later for nothing; -Infinity: as far as it can be prepared while the engine is still busy. */
  function newestOf({ atMs, idle, open }: State, size: number): number[] {
    const releases = open.map(releaseOf);
    if (idle) return [Math.max(...releases)];
    const recent = releases.filter((releaseMs) => releaseMs > atMs - size * curve.preprocessMs);
    return [Number.NEGATIVE_INFINITY, ...recent.sort((a, b) => a - b)];
  }

  /** The first to be due that have come by `newestMs` and are in time: more than `before`, or fewer fit into a smaller batch, which ends earlier. */
  function batchOf({ atMs, open }: State, size: number, before: number, newestMs: number): { jobs: number[]; endMs: number } | null {
    const whileBusy = newestMs === Number.NEGATIVE_INFINITY;
    for (let count = Math.min(size, open.length); count > before; count--) {
      const preparingMs = count * curve.preprocessMs;
      const startMs = whileBusy ? atMs : Math.max(atMs, newestMs + preparingMs);
      const [endMs, judgedMs] = [endOf(startMs, size), judgedOf(startMs, size)];
      const hereByMs = whileBusy ? atMs - preparingMs : newestMs;
      const batch = open.filter((job) => releaseOf(job) <= hereByMs && (jobs[job]?.dueMs ?? 0) >= judgedMs).slice(0, count);
      // Without the newest one it could have started before that came: another case.
      if (batch.length === count) return whileBusy || batch.some((job) => releaseOf(job) === newestMs) ? { jobs: batch, endMs } : null;
    }
    return null;
  }

  function releaseOf(job: number): number {
    return jobs[job]?.releaseMs ?? 0;
  }
}

/**
 * What somebody has to do to miss nothing. A frame whose successor in the same slot does not come within its bound has to be judged itself. Of frames
 * that follow each other faster, one has to be judged of each row whose successor comes when the first of them has waited for longer than its bound.
 */
function jobsOf({ cameras, arrivals, curve }: Scenario): Job[] {
  const jobs: Job[] = [];
  const smallestMs = curve.inferenceMs(curve.sizes[0] ?? 1);
  const hitMs = curve.preprocessMs + smallestMs + curve.pauses.lengthMs;
  for (const [index, { spec }] of cameras.entries()) {
    const frames = arrivals.filter(({ camera }) => camera === index);
    let row: Job | null = null;
    for (const [at, { receivedMs, offeredMs }] of frames.entries()) {
      const frame: Job = { releaseMs: offeredMs, dueMs: receivedMs + spec.maxLatencyMs - OVERHEAD_MS, isTight: false };
      const replacedMs = (frames[at + 1]?.offeredMs ?? Number.POSITIVE_INFINITY) - OVERHEAD_MS;
      const isTight = frame.dueMs < offeredMs + hitMs;
      // `dueMs` of a row is that of its first frame.
      const sofar: Job = row === null ? { ...frame, isTight } : { ...row, isTight: row.isTight && isTight };
      const isAlone = replacedMs > frame.dueMs;
      const isWhole = replacedMs > sofar.dueMs;
      if (isAlone) jobs.push({ ...frame, isTight });
      else if (isWhole && spec.maxLatencyMs <= ROW_BATCHES * smallestMs) jobs.push({ ...sofar, dueMs: frame.dueMs });
      row = isAlone || isWhole ? null : sofar;
    }
  }
  return jobs.sort((a, b) => a.releaseMs - b.releaseMs);
}

function byDue(open: number[], jobs: readonly Job[]): number[] {
  return open.sort((a, b) => (jobs[a]?.dueMs ?? 0) - (jobs[b]?.dueMs ?? 0) || a - b);
}

function without(open: readonly number[], taken: readonly number[]): number[] {
  let at = 0;
  return open.filter((job) => {
    if (job !== taken[at]) return true;
    at++;
    return false;
  });
}

function earlier(a: State, b: State): number {
  return a.atMs - b.atMs || a.missed - b.missed || a.open.length - b.open.length;
}

/** Both have seen the same arrivals. Whoever is earlier and has fewer to judge can do all that the other can; at worst it gives up all that wait. */
function dominates(a: State, b: State): boolean {
  if (a.atMs > b.atMs || a.missed > b.missed || (a.idle && !b.idle)) return false;
  return a.missed + a.open.length <= b.missed || isSubset(a.open, b.open);
}

function isSubset(small: readonly number[], large: readonly number[]): boolean {
  if (small.length > large.length) return false;
  let at = 0;
  for (const job of large) if (small[at] === job) at++;
  return at === small.length;
}

/** A state that is no worse than either. */
function better(a: State, b: State): State {
  return {
    atMs: Math.min(a.atMs, b.atMs),
    idle: a.idle && b.idle,
    next: a.next,
    open: a.open.filter((job) => b.open.includes(job)),
    missed: Math.min(a.missed, b.missed),
  };
}

function insert(queue: State[], state: State, from: number): void {
  let low = from;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = queue[middle];
    if (other !== undefined && earlier(other, state) <= 0) low = middle + 1;
    else high = middle;
  }
  queue.splice(low, 0, state);
}
