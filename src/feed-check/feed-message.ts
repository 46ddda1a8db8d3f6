/** What a subscriber got, whichever way, as it got it. */
export type FeedMessage = EventDelivery | StoreGreeting | ToldGap;

export interface EventDelivery {
  readonly kind: 'event';
  /** JSON of the LabelEvent. */
  readonly text: string;
  /** MQTT: the camera in the topic. */
  readonly topicCamera: string | null;
  /** MQTT: as the packet says. */
  readonly retained: boolean;
  /** MQTT 5: user properties, as far as they are there. */
  readonly properties: Readonly<Record<string, string>>;
}

/** WebSocket: `hello`. */
export interface StoreGreeting {
  readonly kind: 'greeting';
  readonly storeId: string;
  /** The highest sequence so far. */
  readonly sequence: number;
  /** The `after` that was asked for. */
  readonly after: number | null;
}

/** WebSocket: these are no longer kept. */
export interface ToldGap {
  readonly kind: 'gap';
  readonly from: number;
  readonly to: number;
}

export interface FeedListener {
  message(message: FeedMessage): void;
  /** Something came that is none of what is expected. */
  nonsense(what: string): void;
  /** The connection broke, and is tried again. `isWhole`: what comes meanwhile is delivered later. */
  interrupted(reason: string, isWhole: boolean): void;
}

/** Where messages come from. Reconnects by itself once it was connected. */
export interface FeedSource {
  /** Resolves when everything from now on is delivered. Throws FramewatchError MQTT_UNREACHABLE, MQTT_REFUSED or FEED_UNREACHABLE. */
  start(): Promise<void>;
  /** Idempotent. Nothing is delivered afterwards. */
  close(): Promise<void>;
}
