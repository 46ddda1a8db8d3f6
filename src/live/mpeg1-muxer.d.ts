// node-rtsp-stream has no types of its own; this is what is used of it.
declare module 'node-rtsp-stream/mpeg1muxer.js' {
  import type { ChildProcessWithoutNullStreams } from 'node:child_process';
  import { EventEmitter } from 'node:events';

  interface Mpeg1MuxerOptions {
    readonly ffmpegPath: string;
    readonly url: string;
    readonly ffmpegOptions: Readonly<Record<string, string | number>>;
  }

  /** Starts ffmpeg in its constructor; emits `mpeg1data` and `ffmpegStderr`. */
  class Mpeg1Muxer extends EventEmitter {
    constructor(options: Mpeg1MuxerOptions);
    readonly stream: ChildProcessWithoutNullStreams;
  }

  // biome-ignore lint/style/noDefaultExport: that is how CommonJS looks from here
  export { Mpeg1Muxer as default };
}
