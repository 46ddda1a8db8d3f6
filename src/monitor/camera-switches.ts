import type { CameraConfig } from '../config/config.ts';
import type { StoredSwitch, SwitchStore } from '../store/switch-store.ts';
import { type Clock, delay, type Timer } from '../util/clock.ts';
import { messageOf } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';

export interface CameraSwitchesParts {
  readonly store: SwitchStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Switchable = Pick<CameraConfig, 'id' | 'enabled'>;

/** For the disk to answer whoever throws a switch. */
const ANSWER_MS = 2_000;
/** After a write that failed. */
const PAUSE_MS = 5_000;

/**
 * Which cameras the operator wants watched: what was switched last, over MQTT or HTTP, else what the file says. A switch holds over restarts, until
 * somebody changes the camera's `enabled` in the file: then the file is the newer word. One timer, owned here.
 */
export class CameraSwitches {
  readonly #parts: CameraSwitchesParts;
  readonly #switches = new Map<string, StoredSwitch>();
  /** What the disk has not taken yet, the newest of each camera. */
  readonly #unsaved = new Map<string, { readonly entry: StoredSwitch | null }>();
  #retry: Timer | null = null;
  #closed = false;

  constructor(parts: CameraSwitchesParts) {
    this.#parts = parts;
  }

  /** Reads what was switched before. Throws FramewatchError STORE_UNAVAILABLE. */
  async load(cameras: readonly Switchable[]): Promise<void> {
    for (const entry of await this.#parts.store.all()) this.#switches.set(entry.camera, entry);
    this.reconfigured(cameras);
  }

  isOn({ id, enabled }: Switchable): boolean {
    return this.#switches.get(id)?.enabled ?? enabled;
  }

  /** In force at once. True when it is on disk; else, or when that takes too long, it will be as soon as the disk lets it. Never rejects. */
  async set(switchable: Switchable, enabled: boolean): Promise<boolean> {
    const late = new AbortController();
    const answer = delay(this.#parts.clock, ANSWER_MS, late.signal).then(() => false);
    const stored = await Promise.race([this.#set(switchable, enabled), answer]);
    late.abort();
    return stored;
  }

  /** The file was read (again): where its word has changed since a switch, or the camera has gone, the switch is over. */
  reconfigured(cameras: readonly Switchable[]): void {
    const configured = new Map(cameras.map(({ id, enabled }) => [id, enabled]));
    for (const [id, entry] of this.#switches) {
      if (configured.get(id) === entry.configured) continue;
      if (configured.has(id)) this.#parts.logger.info({ camera: id }, `${id}: \`enabled\` was changed in the file, which is newer than its switch`);
      void this.#remove(id);
    }
  }

  /** Nothing is tried again. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#retry?.cancel();
    this.#retry = null;
  }

  #set({ id, enabled: configured }: Switchable, enabled: boolean): Promise<boolean> {
    if (this.isOn({ id, enabled: configured }) === enabled) return Promise.resolve(!this.#unsaved.has(id));
    this.#parts.logger.info({ camera: id, enabled }, `${id} is switched ${enabled ? 'on' : 'off'}`);
    // Back to what the file says: nothing to remember.
    if (enabled === configured) return this.#remove(id);
    const entry = { camera: id, enabled, configured };
    this.#switches.set(id, entry);
    return this.#save(id, entry);
  }

  #remove(id: string): Promise<boolean> {
    this.#switches.delete(id);
    return this.#save(id, null);
  }

  async #save(id: string, entry: StoredSwitch | null): Promise<boolean> {
    const { store, logger } = this.#parts;
    const unsaved = { entry };
    this.#unsaved.set(id, unsaved);
    try {
      await (entry === null ? store.remove(id) : store.set(entry));
    } catch (error) {
      if (this.#retry === null && !this.#closed)
        logger.warn({ camera: id, code: 'STORE_UNAVAILABLE' }, `The switch of ${id} is in force but could not be stored yet. ${messageOf(error)}`);
      this.#tryAgain();
      return false;
    }
    if (this.#unsaved.get(id) === unsaved) this.#unsaved.delete(id);
    return true;
  }

  #tryAgain(): void {
    if (this.#closed) return;
    this.#retry ??= this.#parts.clock.setTimer(PAUSE_MS, () => {
      this.#retry = null;
      for (const [id, { entry }] of [...this.#unsaved]) void this.#save(id, entry);
    });
  }
}
