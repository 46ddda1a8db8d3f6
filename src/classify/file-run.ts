import type { SlotSpec } from '../batching/batch.ts';
import type { FrameLane } from '../batching/batch-filler.ts';
import type { Frame } from '../stream/frame.ts';
import type { RecordedPicture, Recording } from '../stream/recording.ts';
import type { RecordingVerdict } from '../stream/recording-fault.ts';
import type { Clock } from '../util/clock.ts';
import type { FileJudge } from './file-judge.ts';
import type { FileFindings } from './findings.ts';
import type { FileProgress } from './progress.ts';

export interface FileRunParts {
  /** As the user named it. */
  readonly name: string;
  readonly bytes: number;
  readonly recording: Pick<Recording, 'run' | 'facts'>;
  readonly judge: FileJudge;
  /** One for each region. */
  readonly slots: readonly SlotSpec[];
  readonly openLane: () => FrameLane;
  /** Resolves when results of this file may become more. */
  readonly mayWrite: () => Promise<void>;
  readonly clock: Clock;
}

/** One recording on its way from the file to its findings. */
export class FileRun {
  readonly #parts: FileRunParts;
  #verdict: RecordingVerdict | null = null;
  #isCutShort = false;
  #isOver = false;
  #spentMs = 0;

  constructor(parts: FileRunParts) {
    this.#parts = parts;
  }

  /** Sends its pictures to the batcher, no faster than they are judged and their results written. Resolves when all are sent, or `signal` aborted. */
  async read(signal: AbortSignal): Promise<void> {
    const { recording, judge, slots, openLane, mayWrite, clock, name } = this.#parts;
    const lane = openLane();
    let sequence = 0;
    try {
      this.#verdict = await recording.run(signal, async (picture) => {
        await mayWrite();
        if (signal.aborted) return;
        judge.sent(sequence, picture);
        await lane.put(frameOf(name, sequence++, picture, clock), slots);
      });
    } finally {
      lane.end();
    }
  }

  get slots(): readonly SlotSpec[] {
    return this.#parts.slots;
  }

  /** Nothing of it will be judged any more: what is known by now are the findings. */
  cutShort(): void {
    this.#isCutShort = true;
    this.#parts.judge.abandon();
  }

  /** So much of the run's time, ms, went into one of its pictures. */
  spent(ms: number): void {
    this.#spentMs += ms;
  }

  /** When all that was sent has its outcome. What was cut short says so. */
  async findings(): Promise<FileFindings> {
    const { name, recording, judge } = this.#parts;
    if (this.#verdict === null) this.cutShort();
    await judge.allSettled();
    const { codec, width, height, durationMs, reachedMs } = recording.facts;
    const isWhole = !this.#isCutShort && this.#verdict?.fault === null;
    const judged = await judge.close(isWhole ? reachedMs : 0);
    this.#isOver = true;
    const fault = this.#verdict?.fault ?? null;
    const unjudged = lackOf(judge.reasons);
    const warnings = [...(this.#verdict?.warnings ?? []), ...(fault && unjudged !== null ? [unjudged] : [])];
    const error = fault
      ? { code: fault.code, message: fault.message }
      : unjudged === null
        ? null
        : { code: 'ENGINE_INFERENCE_FAILED', message: unjudged };
    return {
      file: name,
      ...{ codec, width, height },
      // It may go on longer than it announces, as recordings that were joined do.
      durationMs: Math.max(durationMs ?? 0, reachedMs) || null,
      ...judged,
      seconds: this.#spentMs / 1000,
      complete: isWhole && error === null,
      ...{ error, warnings },
    };
  }

  get progress(): FileProgress {
    const { bytes, recording, judge } = this.#parts;
    return { bytes, durationMs: recording.facts.durationMs, judgedMs: judge.lastMs, isOver: this.#isOver };
  }
}

/** A picture that comes from no camera: it arrived when it was read. */
function frameOf(name: string, sequence: number, { width, height, pixels }: RecordedPicture, clock: Clock): Frame {
  const nowMono = clock.monotonicMs();
  return { cameraId: name, sequence, receivedAt: clock.wallMs(), receivedMono: nowMono, decodedMono: nowMono, width, height, pixels };
}

function lackOf(reasons: ReadonlyMap<string, number>): string | null {
  if (reasons.size === 0) return null;
  const sum = [...reasons.values()].reduce((total, count) => total + count, 0);
  const why = [...reasons].map(([reason, count]) => `${reason}: ${count}`).join(', ');
  return `${sum} ${sum === 1 ? 'verdict is' : 'verdicts are'} missing, the network could not judge the picture (${why})`;
}
