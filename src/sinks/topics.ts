/** Every MQTT topic of one daemon: pure, from the base topic and a camera's id (`^[a-zA-Z0-9_-]{1,64}$`, so it is always one level). */
export class Topics {
  readonly #base: string;

  /** `base` may have several levels; slashes at its ends are dropped. */
  constructor(base: string) {
    this.#base = base.replaceAll(/^\/+|\/+$/g, '');
  }

  get base(): string {
    return this.#base;
  }

  /** Incoming: what is to be sent again, and where to. */
  get setReplay(): string {
    return `${this.#base}/replay/set`;
  }

  /** Retained, last will: `online` / `offline`. */
  get status(): string {
    return `${this.#base}/status`;
  }

  get stats(): string {
    return `${this.#base}/stats`;
  }

  /** Retained: `online` / `offline`. */
  availability(camera: string): string {
    return this.#of(camera, 'availability');
  }

  /** Retained. */
  state(camera: string): string {
    return this.#of(camera, 'state');
  }

  /** Never retained: a subscriber that comes later must not take an old event for a new one. */
  event(camera: string): string {
    return this.#of(camera, 'event');
  }

  classification(camera: string): string {
    return this.#of(camera, 'classification');
  }

  /** Retained JPEG. */
  snapshot(camera: string): string {
    return this.#of(camera, 'snapshot');
  }

  /** Retained JPEG. */
  strip(camera: string): string {
    return this.#of(camera, 'strip');
  }

  /** Retained: `ON` / `OFF`. */
  enabled(camera: string): string {
    return this.#of(camera, 'enabled');
  }

  /** Retained. */
  coverage(camera: string): string {
    return this.#of(camera, 'coverage');
  }

  /** How well the camera is judged, every 30 s. */
  health(camera: string): string {
    return this.#of(camera, 'health');
  }

  /** All that a broker keeps of a camera. */
  retained(camera: string): readonly string[] {
    return ['availability', 'state', 'enabled', 'coverage', 'snapshot', 'strip'].map((leaf) => this.#of(camera, leaf));
  }

  /** All of `setEnabled`. */
  get everySetEnabled(): string {
    return this.#of('+', 'set/enabled');
  }

  /** All of `state`. */
  get everyState(): string {
    return this.#of('+', 'state');
  }

  /** The camera of a topic that one of these matches. */
  cameraOf(topic: string): string {
    return topic.slice(this.#base.length + 1).split('/')[0] ?? '';
  }

  /** Incoming: `ON` / `OFF`. */
  setEnabled(camera: string): string {
    return this.#of(camera, 'set/enabled');
  }

  #of(camera: string, leaf: string): string {
    return `${this.#base}/${camera}/${leaf}`;
  }
}
