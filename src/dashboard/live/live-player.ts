import { JsmpegView, letGoOf } from './jsmpeg-view.ts';
import { type LiveInit, type LiveTrouble, readLiveMessage } from './live-messages.ts';
import { type MseFault, MseView, mediaSourceClass } from './mse-view.ts';
import { reconnectDelayMs } from './reconnect-delay.ts';

/** What a viewer is to be told. `offline`: there is no picture, for this reason; it comes by itself when there is one. `refused`: it does not; open the player anew. */
export type LiveState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'playing'; readonly mode: 'mse' | 'jsmpeg'; readonly codec: string | null; readonly width: number; readonly height: number }
  | { readonly kind: 'offline'; readonly code: string; readonly reason: string; readonly nextTryAt: string | null }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string };

export interface LivePlayerOptions {
  readonly cameraId: string;
  /** For the camera's own stream, and for JSMpeg: of the two the one that plays is shown (`hidden`). Both stay the page's. */
  readonly video: HTMLVideoElement;
  readonly canvas: HTMLCanvasElement;
  readonly onState: (state: LiveState) => void;
  /** `jsmpeg`: whatever the browser could play. */
  readonly mode?: 'auto' | 'jsmpeg';
}

interface View {
  push(bytes: Uint8Array): void;
  close(): void;
}

/** Codecs to ask the browser for, by the name that the server has for their family. */
const FAMILIES = { avc1: 'avc1.640028', hvc1: 'hvc1.1.6.L123.B0' } as const;
/** A browser that so often could not play what it said it can is given JSMpeg's pictures. */
const MOST_DECODE_FAULTS = 2;

/** Full motion of one camera: connects, plays what the browser can play, comes back when the connection is lost. `close` leaves nothing. */
export class LivePlayer {
  readonly #options: LivePlayerOptions;
  #socket: WebSocket | null = null;
  #view: View | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #decodeFaults = 0;
  #hasDrawn = false;
  #state: LiveState | null = null;
  #isClosed = false;

  constructor(options: LivePlayerOptions) {
    this.#options = options;
  }

  start(): void {
    const { video } = this.#options;
    video.muted = true;
    video.playsInline = true;
    this.#connect();
  }

  /** Idempotent. The canvas cannot be drawn on afterwards. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#leave();
    if (this.#hasDrawn) letGoOf(this.#options.canvas);
  }

  #connect(): void {
    this.#enter({ kind: 'connecting' });
    const socket = new WebSocket(this.#address());
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'string') this.#told(data);
      else if (data instanceof ArrayBuffer) this.#view?.push(new Uint8Array(data));
    };
    socket.onclose = () => this.#lost();
  }

  #address(): string {
    const { cameraId, mode = 'auto' } = this.#options;
    const url = new URL(`/ws/live/${encodeURIComponent(cameraId)}`, location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const source = mediaSourceClass();
    const codecs = Object.entries(FAMILIES).filter(([, codec]) => source?.isTypeSupported(`video/mp4; codecs="${codec}"`));
    const isPlayable = mode === 'auto' && codecs.length > 0 && this.#decodeFaults < MOST_DECODE_FAULTS;
    url.searchParams.set('mode', isPlayable ? 'auto' : 'jsmpeg');
    url.searchParams.set('codecs', codecs.map(([family]) => family).join(','));
    return url.href;
  }

  #told(text: string): void {
    const message = readLiveMessage(text);
    if (!message) return;
    if ('init' in message) this.#begin(message.init);
    else this.#trouble(message.trouble);
  }

  /** Each epoch has a view of its own: another size or codec would not fit into what the one before has set up. */
  #begin(init: LiveInit): void {
    this.#view?.close();
    this.#view = null;
    const { mode, codec, width, height } = init;
    const { video, canvas } = this.#options;
    video.hidden = mode !== 'mse';
    canvas.hidden = mode !== 'jsmpeg';
    this.#enter({ kind: 'connecting' });
    const onPicture = () => {
      // What was still in hand when the stream ended plays on for a moment: it must not cover up the reason. Another stream begins with another view.
      if (this.#state?.kind === 'offline') return;
      this.#failures = 0;
      this.#enter({ kind: 'playing', mode, codec, width, height });
    };
    if (mode === 'jsmpeg') {
      this.#hasDrawn = true;
      const view = new JsmpegView({ canvas, onPicture, onFault: (reason) => this.#refuse('JSMPEG_FAILED', reason) });
      this.#view = view;
      void view.start();
    } else {
      const view = new MseView({ video, onPicture, onFault: (fault) => this.#faulted(fault) });
      this.#view = view;
      view.start(codec ?? '');
    }
  }

  #trouble({ kind, code, message, nextTryAt }: LiveTrouble): void {
    if (code === 'LIVE_FULL' || (kind === 'error' && nextTryAt === null)) this.#refuse(code, message);
    else this.#enter({ kind: 'offline', code, reason: message, nextTryAt });
  }

  /** Another connection begins with the newest key frame: whatever was wrong is behind it. */
  #faulted(fault: MseFault): void {
    if (fault === 'decode') this.#decodeFaults += 1;
    console.warn(`full motion of ${this.#options.cameraId}: ${fault}; it is connected again`);
    this.#lost();
  }

  #lost(): void {
    if (this.#isClosed || this.#state?.kind === 'refused') return;
    this.#leave();
    this.#failures += 1;
    // A reason that the server gave says more than that the connection is gone.
    if (this.#state?.kind !== 'offline') this.#enter({ kind: 'connecting' });
    this.#timer = setTimeout(() => this.#connect(), reconnectDelayMs(this.#failures, Math.random()));
  }

  #refuse(code: string, reason: string): void {
    this.#leave();
    this.#enter({ kind: 'refused', code, reason });
  }

  #leave(): void {
    this.#view?.close();
    this.#view = null;
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }

  #enter(state: LiveState): void {
    if (this.#isClosed || JSON.stringify(state) === JSON.stringify(this.#state)) return;
    this.#state = state;
    this.#options.onState(state);
  }
}
