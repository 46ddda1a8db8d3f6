import type { CameraStateMessage } from '../events/camera-state.ts';
import type { OutgoingMessage } from './mqtt-session.ts';
import type { CoverageMessage } from './publisher.ts';
import type { RetainedBoard } from './retained-board.ts';
import type { Topics } from './topics.ts';

const STATE_INTERVAL_MS = 500;

/** What the retained topics of the daemon and its cameras say, written on the board; and what they say in the end. */
export class RetainedTopics {
  readonly #topics: Topics;
  readonly #board: RetainedBoard;
  readonly #pictures: RetainedBoard;
  readonly #online = new Set<string>();

  /** `pictures`: the board of what is large. */
  constructor(topics: Topics, board: RetainedBoard, pictures: RetainedBoard) {
    this.#topics = topics;
    this.#board = board;
    this.#pictures = pictures;
  }

  daemonOnline(): void {
    this.#board.set({ topic: this.#topics.status, payload: 'online', qos: 1 });
  }

  state(message: CameraStateMessage): void {
    this.#board.set({ topic: this.#topics.state(message.camera), payload: JSON.stringify(message), qos: 1 }, STATE_INTERVAL_MS);
  }

  availability(cameraId: string, online: boolean): void {
    if (online) this.#online.add(cameraId);
    else this.#online.delete(cameraId);
    this.#board.set({ topic: this.#topics.availability(cameraId), payload: online ? 'online' : 'offline', qos: 1 });
  }

  enabled(cameraId: string, enabled: boolean): void {
    this.#board.set({ topic: this.#topics.enabled(cameraId), payload: enabled ? 'ON' : 'OFF', qos: 1 });
  }

  coverage(message: CoverageMessage): void {
    this.#board.set({ topic: this.#topics.coverage(message.camera), payload: JSON.stringify(message), qos: 1 });
  }

  snapshot(cameraId: string, jpeg: Uint8Array): void {
    this.#pictures.set({ topic: this.#topics.snapshot(cameraId), payload: jpeg, qos: 0 });
  }

  strip(cameraId: string, jpeg: Uint8Array): void {
    this.#pictures.set({ topic: this.#topics.strip(cameraId), payload: jpeg, qos: 0 });
  }

  /** The camera is gone: the broker forgets what it keeps of it. With QoS 1, so that it is known when it did. */
  forget(cameraId: string): void {
    this.#online.delete(cameraId);
    const pictures: readonly string[] = [this.#topics.snapshot(cameraId), this.#topics.strip(cameraId)];
    for (const topic of this.#topics.retained(cameraId))
      (pictures.includes(topic) ? this.#pictures : this.#board).set({ topic, payload: '', qos: 1 });
  }

  /** `offline` for every camera that is online, then for the daemon. */
  farewells(): readonly OutgoingMessage[] {
    const topics = [...[...this.#online].map((id) => this.#topics.availability(id)), this.#topics.status];
    return topics.map((topic) => ({ topic, payload: 'offline', qos: 1, retain: true }));
  }
}
