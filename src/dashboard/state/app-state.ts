import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { withRuleEvent } from './active-rules.ts';
import { CameraList } from './camera-list.ts';
import { eventLogOf, MOST_EVENTS, withEvent } from './event-log.ts';
import type { Connection, FeedListener } from './feed-listener.ts';
import { FrameBatch } from './frame-batch.ts';
import type { LiveCamera } from './live-camera.ts';
import type { Camera, ClassificationMessage, HelloMessage, LabelEvent, ServerMessage, Stats } from './messages.ts';
import { Ring } from './ring.ts';
import { ScoreHistory } from './score-history.ts';
import type { TileMessage } from './tile-message.ts';

/** Five minutes: the daemon sends one a second. */
const MOST_STATS = 300;

/** All that the pages show, as signals. The feed writes, pages read. Every list in it is bounded. */
export class AppState implements FeedListener {
  readonly #list = new CameraList();
  /** By id, in the order of the configuration; null until the daemon greeted for the first time. */
  readonly cameras: ReadonlySignal<ReadonlyMap<string, LiveCamera> | null> = this.#list.cameras;
  /** The newest message of each event, newest begin first. */
  readonly events: Signal<readonly LabelEvent[]> = signal([]);
  /** The last messages of events that came over the feed, one by one, oldest first. */
  readonly told: Signal<readonly LabelEvent[]> = signal([]);
  /** Counts up with each history after the first: what was read of an earlier one may mean something else in this one. */
  readonly historyEpoch: Signal<number> = signal(0);
  /** Messages that the daemon no longer had when this page came back. */
  readonly missed: Signal<number> = signal(0);
  /** The last minutes', oldest first. */
  readonly stats: Signal<readonly Stats[]> = signal([]);
  readonly newestStats: ReadonlySignal<Stats | undefined> = computed(() => this.stats.value.at(-1));
  readonly connection: Signal<Connection> = signal<Connection>({ kind: 'connecting' });
  readonly version: Signal<string> = signal('');
  readonly isLoggedIn: Signal<boolean> = signal(false);
  /** Not a signal: read it when a verdict of the camera came. */
  readonly scores: ScoreHistory = new ScoreHistory();
  readonly #statsRing = new Ring<Stats>(MOST_STATS);
  readonly #frames = new FrameBatch();
  #hasHistory = false;
  /** The daemon's clock less this machine's, ms. */
  #clockOffsetMs = 0;

  camera(id: string): LiveCamera | undefined {
    return this.cameras.value?.get(id);
  }

  /** `Date.now()` as the daemon would say it: times that it sends are of its clock. */
  daemonNow(): number {
    return Date.now() + this.#clockOffsetMs;
  }

  history(messages: readonly LabelEvent[]): void {
    this.#frames.flush();
    this.events.value = eventLogOf(messages);
    this.told.value = [];
    this.scores.clear();
    // What a page read while the first was on its way is of the same history: it must not be thrown away and read again.
    if (this.#hasHistory) this.historyEpoch.value += 1;
    this.#hasHistory = true;
  }

  /** Until the first stats come, which tell it exactly. */
  clockHeard(daemonMs: number): void {
    this.#clockOffsetMs = daemonMs - Date.now();
  }

  hello({ cameras, version, loggedIn }: HelloMessage): void {
    this.#frames.flush();
    this.#list.greeted(cameras);
    this.version.value = version;
    this.isLoggedIn.value = loggedIn;
  }

  message(message: ServerMessage): void {
    if (message.type === 'classification') this.#classification(message);
    else if (message.type === 'camera') this.#frames.add(`camera ${message.camera.id}`, () => this.#list.update(message.camera));
    else if (message.type === 'event') this.#frames.add(`event ${message.event.sequence}`, () => this.#event(message.event));
    else if (message.type === 'stats') this.#stats(message);
    else if (message.type === 'gap') this.missed.value += message.to - message.from + 1;
  }

  tile(message: TileMessage): void {
    const live = this.cameras.peek()?.get(message.camera);
    if (!live) return;
    const verdict = [...live.verdicts.peek().values()].find(({ frame }) => frame.sequence === message.sequence);
    const atMs = performance.now() - (verdict?.latencyMs.total ?? 0);
    this.#frames.add(`tile ${message.camera}`, () => {
      live.tile.value = { ...message, atMs };
    });
  }

  /** What `/api/cameras` says: the feed tells of a camera when it changes, not how its numbers move, nor that it left the configuration. */
  camerasPolled(cameras: readonly Camera[]): void {
    this.#frames.add('cameras', () => this.#list.told(cameras));
  }

  /** What `/api/cameras/:id` says. */
  cameraPolled(camera: Camera): void {
    this.#frames.add(`camera ${camera.id}`, () => this.#list.update(camera));
  }

  /** That there is no such camera. */
  cameraDenied(id: string): void {
    this.#frames.add(`camera ${id}`, () => this.#list.denied(id));
  }

  /** Forgets the pictures of all other cameras: the daemon sends the newest again when one is watched again. */
  keepPicturesOf(watched: ReadonlySet<string>): void {
    for (const [id, live] of this.cameras.peek() ?? []) if (!watched.has(id)) live.tile.value = null;
  }

  connectionChanged(connection: Connection): void {
    this.connection.value = connection;
  }

  #classification(message: ClassificationMessage): void {
    const live = this.cameras.peek()?.get(message.camera);
    if (!live) return;
    this.scores.add(message);
    this.#frames.add(`verdict ${message.camera} ${message.region}`, () => {
      live.verdicts.value = new Map(live.verdicts.peek()).set(message.region, message);
    });
  }

  #event(event: LabelEvent): void {
    this.events.value = withEvent(this.events.peek(), event);
    this.told.value = [...this.told.peek(), event].slice(-MOST_EVENTS);
    const live = this.camera(event.camera);
    if (live) live.active.value = withRuleEvent(live.active.peek(), event);
  }

  #stats(stats: Stats): void {
    this.#list.running();
    this.#clockOffsetMs = Date.parse(stats.at) - Date.now();
    this.#statsRing.push(stats);
    this.#frames.add('stats', () => {
      this.stats.value = this.#statsRing.toArray();
    });
  }
}
