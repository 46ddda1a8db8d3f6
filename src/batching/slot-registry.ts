import type { SlotSpec } from './batch.ts';
import type { Hurry } from './policy.ts';
import { Slot } from './slot.ts';

/** Cameras are told apart by steps of a twentieth of what their bounds leave. */
const STEP = Math.log(1.05);

/** The slots that exist, by camera and region. */
export class SlotRegistry {
  readonly #byCamera = new Map<string, Map<string, Slot>>();
  readonly #freeOrdinals: number[] = [];
  #size = 0;
  #ordinals = 0;

  get size(): number {
    return this.#size;
  }

  get(cameraId: string, region: string): Slot | undefined {
    return this.#byCamera.get(cameraId)?.get(region);
  }

  /** The slots of one region of a camera, or of all its regions. */
  of(cameraId: string, region: string | undefined): Slot[] {
    const regions = this.#byCamera.get(cameraId);
    if (regions === undefined) return [];
    return [...regions.values()].filter((slot) => region === undefined || slot.spec.region === region);
  }

  *[Symbol.iterator](): Generator<Slot> {
    for (const regions of this.#byCamera.values()) yield* regions.values();
  }

  /** How much time frames leave when they are offered, tightest first; without cameras that leave less than `neededMs`, and by how often frames come. */
  hurries(neededMs: number): Hurry[] {
    const rates = new Map<number, number>();
    let all = 0;
    for (const { roomMs, framesPerMs } of this) {
      all += framesPerMs;
      if (!(roomMs >= neededMs)) continue;
      // A few groups, however many cameras there are.
      const step = Math.floor(Math.log(roomMs) / STEP);
      rates.set(step, (rates.get(step) ?? 0) + framesPerMs);
    }
    return [...rates].sort(([a], [b]) => a - b).map(([step, rate]) => ({ roomMs: Math.exp(step * STEP), share: all > 0 ? rate / all : 0 }));
  }

  add(spec: SlotSpec): Slot {
    const slot = new Slot(spec, this.#freeOrdinals.pop() ?? this.#ordinals++);
    const regions = this.#byCamera.get(spec.cameraId) ?? new Map<string, Slot>();
    this.#byCamera.set(spec.cameraId, regions.set(spec.region, slot));
    this.#size++;
    return slot;
  }

  remove(slot: Slot): void {
    const regions = this.#byCamera.get(slot.spec.cameraId);
    if (regions?.get(slot.spec.region) !== slot) return;
    regions.delete(slot.spec.region);
    if (regions.size === 0) this.#byCamera.delete(slot.spec.cameraId);
    this.#freeOrdinals.push(slot.ordinal);
    this.#size--;
  }
}
