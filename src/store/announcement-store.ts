/** What a broker may keep in our name of one camera, or of the daemon itself: at least what it keeps, never less. */
export interface Announced {
  /** The camera's id, or `bridge`. */
  readonly name: string;
  /** Retained topics. */
  readonly topics: readonly string[];
  /** Where the device is announced to Home Assistant; null when it is not. */
  readonly discoveryTopic: string | null;
  /** Components that Home Assistant may have of the device: id → platform. */
  readonly components: Readonly<Record<string, string>>;
}

/** Announcements that outlive the daemon, so that it can take them back. Every call rejects with FramewatchError STORE_UNAVAILABLE when the disk does not let it. */
export interface AnnouncementStore {
  all(): Promise<readonly Announced[]>;
  set(entry: Announced): Promise<void>;
  remove(name: string): Promise<void>;
}
