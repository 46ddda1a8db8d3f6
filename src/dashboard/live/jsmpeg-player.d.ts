// @cycjimmy/jsmpeg-player has no types of its own; this is what is used of it.
declare module '@cycjimmy/jsmpeg-player' {
  /** Where the bytes come from: the player makes it, and gives it its demuxer. */
  export interface JsmpegSource {
    readonly streaming: boolean;
    readonly established: boolean;
    readonly completed: boolean;
    readonly progress: number;
    connect(demuxer: { write(bytes: Uint8Array): void }): void;
    start(): void;
    resume(headroomSeconds: number): void;
    destroy(): void;
  }

  interface PlayerOptions {
    readonly source: new () => JsmpegSource;
    readonly canvas: HTMLCanvasElement;
    readonly audio: false;
    readonly disableWebAssembly: true;
    readonly pauseWhenHidden: false;
    readonly videoBufferSize: number;
  }

  export class Player {
    constructor(url: string, options: PlayerOptions);
    /** It decodes nothing by itself from now on. */
    pause(): void;
    /** Decodes and draws a picture; false when there is none that is whole. */
    nextFrame(): boolean;
    destroy(): void;
  }

  const JSMpeg: { readonly Player: typeof Player };
  // biome-ignore lint/style/noDefaultExport: that is how the package exports it
  export default JSMpeg;
}
