import type { EventFacts } from './event-shape.ts';
import { RecentMap } from './recent-map.ts';

/** `joined`: its start may have been told before anybody listened. `orphan`: it cannot have been. */
type CourseState = 'started' | 'joined' | 'orphan' | 'ended';

/** Of the courses, and of the places where a rule watches, those that were heard of last. */
const MOST_REMEMBERED = 65_536;

/** Whether each event has one start, then updates, then one end. Told of the first delivery of each message, in the order of arrival. */
export class CourseWatch {
  readonly #courses = new RecentMap<string, CourseState>(MOST_REMEMBERED);
  /** The newest event of each camera, region and rule: the next one can only have begun after it. */
  readonly #places = new RecentMap<string, string>(MOST_REMEMBERED);
  #joined = 0;

  /** Events that were under way when the listening began. */
  get joined(): number {
    return this.#joined;
  }

  /** What is wrong, a sentence; null when nothing is. `isComplete`: every message since the first of all was to be told here. */
  observe({ id, type, camera, region, rule }: EventFacts, isComplete: boolean): string | null {
    const place = `${camera} ${region} ${rule}`;
    const before = this.#places.get(place);
    this.#places.set(place, id);
    const state = this.#courses.get(id);
    if (state === 'ended') return `${type} of event ${id} after its end`;
    if (type === 'start') {
      this.#courses.set(id, 'started');
      if (state === undefined) return null;
      return state === 'started' ? `second start of event ${id}` : `start of event ${id} after its update`;
    }
    const mustHaveStarted = isComplete || (before !== undefined && before !== id);
    const now = state ?? (mustHaveStarted ? 'orphan' : 'joined');
    if (state === undefined && now === 'joined') this.#joined += 1;
    this.#courses.set(id, type === 'end' ? 'ended' : now);
    return state === undefined && now === 'orphan' ? `${type} of event ${id} without a start` : null;
  }

  /** Messages are known to be missing: what comes next may belong to events that began meanwhile. */
  forgetPlaces(): void {
    this.#places.clear();
  }
}
