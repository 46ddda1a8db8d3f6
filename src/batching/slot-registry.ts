import type { SlotSpec } from './batch.ts';
import { Slot } from './slot.ts';

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

  /** What the tightest bound leaves when its frame is offered, of those that leave at least `neededMs`; Infinity without any. */
  tightestRoomMs(neededMs: number): number {
    let tightest = Number.POSITIVE_INFINITY;
    for (const slot of this) if (slot.roomMs >= neededMs) tightest = Math.min(tightest, slot.roomMs);
    return tightest;
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
