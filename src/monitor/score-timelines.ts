import type { CameraConfig } from '../config/config.ts';
import { maxGapMs } from '../events/rule-tracker.ts';
import type { TimeSpan } from '../events/trace-extent.ts';
import type { CameraScores, ScoreHistory } from '../http/monitor-view.ts';
import type { ScoreTraceStore } from '../store/score-trace-store.ts';
import type { Clock } from '../util/clock.ts';
import type { ScoreReader } from './score-reader.ts';
import type { ScoreRecorder } from './score-recorder.ts';

export interface ScoreTimelinesParts {
  readonly configOf: (cameraId: string) => CameraConfig | undefined;
  /** Null: scores are not kept. */
  readonly recorder: Pick<ScoreRecorder, 'unwritten'> | null;
  readonly store: Pick<ScoreTraceStore, 'waitingOf'>;
  readonly reader: Pick<ScoreReader, 'ask'>;
  readonly clock: Clock;
}

/** Parts of the time that is asked for, of which each keeps at most four points: about as many as a chart has pixels. */
const BUCKETS = 720;
const NOTHING: CameraScores['rules'][number]['course'] = { runs: [], frames: 0, shortGaps: 0, newest: null, exact: true, untraced: [] };

/** The scores of a camera's rules over a time: what is on disk, what waits to be written and what is being gathered, as one. */
export class ScoreTimelines implements ScoreHistory {
  readonly #parts: ScoreTimelinesParts;

  constructor(parts: ScoreTimelinesParts) {
    this.#parts = parts;
  }

  get kept(): boolean {
    return this.#parts.recorder !== null;
  }

  now(): number {
    return Math.floor(this.#parts.clock.wallMs());
  }

  async query(camera: string, span: TimeSpan): Promise<CameraScores | 'tooMany' | null> {
    const { configOf, recorder, store, reader } = this.#parts;
    const config = configOf(camera);
    if (!config) return null;
    const rules = config.rules.flatMap(({ id, regions, labels, enter, exit }) =>
      regions.map((region) => ({ rule: id, region, labels, enter, exit })),
    );
    const answer = (courses: readonly CameraScores['rules'][number]['course'][]): CameraScores => ({
      maxGapMs: maxGapMs(config.sampleFps),
      rules: rules.map((rule, index) => ({ ...rule, course: courses[index] ?? NOTHING })),
    });
    if (recorder === null || rules.length === 0) return answer([]);
    // What waits is older than what is gathered.
    const unwritten = [...store.waitingOf(camera), ...recorder.unwritten(camera)];
    const asked = rules.map(({ rule, region, labels }) => ({ rule, region, labels }));
    const courses = await reader.ask({ camera, rules: asked, span, buckets: BUCKETS, unwritten });
    return courses === 'tooMany' ? courses : answer(courses);
  }
}
