import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

/** A camera that is read over HTTP, on 127.0.0.1. */
export interface HttpCamera {
  readonly url: string;
  /** Ends it with its connections and children. */
  close(): Promise<void>;
}

/** The same picture again and again as multipart JPEG, as many cameras do: without a word about times. */
export async function serveMultipart(jpeg: Uint8Array, framesPerSecond: number): Promise<HttpCamera> {
  return await serve('video.mjpg', (_request, response) => {
    response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=frame' });
    const timer = setInterval(() => {
      response.write(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`);
      response.write(jpeg);
      response.write('\r\n');
    }, 1000 / framesPerSecond);
    response.on('close', () => clearInterval(timer));
  });
}

/** A clip in an endless MPEG transport stream at its own pace; each viewer gets it from the beginning. */
export async function serveTransportStream(clip: string): Promise<HttpCamera> {
  const children = new Set<ChildProcess>();
  return await serve(
    'stream.ts',
    (_request, response) => {
      const child = spawnFfmpeg(clip, ['-f', 'mpegts', '-flush_packets', '1', 'pipe:1']);
      children.add(child);
      response.writeHead(200, { 'content-type': 'video/mp2t' });
      child.stdout?.pipe(response);
      response.on('close', () => child.kill('SIGKILL'));
    },
    async () => {
      for (const child of children) await end(child);
    },
  );
}

/** A clip as live HLS, in segments of `segmentSeconds`; resolves when the first can be fetched. */
export async function servePlaylist(clip: string, folder: string, segmentSeconds: number): Promise<HttpCamera> {
  await mkdir(folder, { recursive: true });
  const playlist = path.join(folder, 'live.m3u8');
  const segments = ['-f', 'hls', '-hls_time', String(segmentSeconds), '-hls_list_size', '5', '-hls_flags', 'delete_segments'];
  const child = spawnFfmpeg(clip, [...segments, playlist]);
  while (!(await stat(playlist).catch(() => null))) {
    if (child.exitCode !== null) throw new Error('ffmpeg makes no playlist');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return await serve(
    'live.m3u8',
    (request, response) => {
      const file = createReadStream(path.join(folder, path.basename(request.url ?? '')));
      file.on('error', () => response.writeHead(404).end());
      file.pipe(response);
    },
    () => end(child),
  );
}

function spawnFfmpeg(clip: string, output: readonly string[]): ChildProcess {
  const input = ['-nostdin', '-loglevel', 'error', '-re', '-stream_loop', '-1', '-i', clip, '-c', 'copy'];
  return spawn('ffmpeg', [...input, ...output], { stdio: ['ignore', 'pipe', 'ignore'] });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

async function serve(
  name: string,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  close: () => Promise<void> = () => Promise.resolve(),
): Promise<HttpCamera> {
  const http = createServer(answer);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/${name}`,
    close: async () => {
      http.closeAllConnections();
      http.close();
      await close();
    },
  };
}
