/** A camera that the operator switched to something else than the file says. */
export interface StoredSwitch {
  readonly camera: string;
  readonly enabled: boolean;
  /** What the file said when it was switched. */
  readonly configured: boolean;
}

/** Switches that outlive the daemon. Every call rejects with FramewatchError STORE_UNAVAILABLE when the disk does not let it. */
export interface SwitchStore {
  all(): Promise<readonly StoredSwitch[]>;
  set(entry: StoredSwitch): Promise<void>;
  remove(camera: string): Promise<void>;
}
