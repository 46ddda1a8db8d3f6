import type { LiveSeat } from '../live/live-cameras.ts';
import type { ClientDoing } from './client-view.ts';
import type { HttpObserver, WebsocketDropReason } from './monitor-view.ts';

export interface LiveConnectionParts {
  readonly socket: { close(code: number, reason: string): void; terminate(): void };
  readonly cameraId: string;
  readonly seat: LiveSeat | undefined;
  readonly observer: Pick<HttpObserver, 'websocketDropped'>;
}

/** One client of `/ws/live/:camera`, as its socket sees it: it has nothing to say, and leaves its seat when it goes. */
export class LiveConnection {
  readonly #parts: LiveConnectionParts;
  #ended = false;

  constructor(parts: LiveConnectionParts) {
    this.#parts = parts;
  }

  get doing(): ClientDoing {
    const { cameraId, seat } = this.#parts;
    return { kind: 'live', cameras: [cameraId], dropped: seat?.skipped ?? 0 };
  }

  received(_text: string | null): void {
    this.drop('protocol', 1008, 'nothing is understood here: wishes are part of the address');
  }

  drop(reason: WebsocketDropReason, code?: number, message: string = ''): void {
    if (this.#ended) return;
    this.end();
    this.#parts.observer.websocketDropped(reason);
    if (code === undefined) this.#parts.socket.terminate();
    else this.#parts.socket.close(code, message);
  }

  /** The socket is gone. Idempotent. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#parts.seat?.leave();
  }
}
