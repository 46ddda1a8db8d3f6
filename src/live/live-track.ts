import type { Chunk } from './chunk.ts';
import type { InitMessage } from './live-message.ts';
import type { LiveObserver } from './live-observer.ts';
import type { LiveViewer } from './live-viewer.ts';
import { PictureGroup } from './picture-group.ts';

interface Beginning {
  readonly message: InitMessage;
  readonly bytes: Uint8Array | null;
}

/** One form of a camera's video, and who sees it: keeps its beginning and what came since the newest key frame, so that the next viewer starts at once. */
export class LiveTrack {
  readonly #observer: Pick<LiveObserver, 'liveDropped'>;
  readonly #viewers = new Set<LiveViewer>();
  readonly #group = new PictureGroup();
  #beginning: Beginning | null = null;

  constructor(observer: Pick<LiveObserver, 'liveDropped'>) {
    this.#observer = observer;
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** What came since the newest key frame. */
  get group(): readonly Chunk[] {
    return this.#group.chunks;
  }

  /** Another stream, to all who are here. */
  begin(message: InitMessage, bytes: Uint8Array | null): void {
    this.#group.clear();
    this.#beginning = { message, bytes };
    for (const viewer of this.#viewers) viewer.begin(message, bytes, []);
  }

  add(chunk: Chunk): void {
    if (this.#group.add(chunk) === 'cut') this.#observer.liveDropped('group');
    for (const viewer of this.#viewers) viewer.show(chunk);
  }

  /** The stream is over: who comes now waits for another one. */
  end(): void {
    this.#group.clear();
    this.#beginning = null;
  }

  join(viewer: LiveViewer): void {
    this.#viewers.add(viewer);
    if (this.#beginning) viewer.begin(this.#beginning.message, this.#beginning.bytes, this.#group.chunks);
  }

  leave(viewer: LiveViewer): void {
    this.#viewers.delete(viewer);
  }
}
