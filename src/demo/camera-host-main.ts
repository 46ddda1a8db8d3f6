import { systemClock } from '../util/clock.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';
import { silentLogger } from '../util/logger.ts';
import { cameraClip } from './camera-clip.ts';
import { type CameraHostOrder, startCameraHost } from './camera-host.ts';

// A process of its own for simulated cameras, so that what they cost can be told from what the daemon costs. It is told what to serve as JSON
// in its argument, answers with one line of JSON, and ends when its standard input does: it does not outlive whoever started it.
const ended = new AbortController();
process.stdin.on('end', () => ended.abort()).on('error', () => ended.abort());
process.stdin.resume();
// Whoever started it ends it; a Ctrl-C on the terminal is theirs.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => ended.abort());
try {
  const { stream, ffmpegPath, stateDir, count } = JSON.parse(process.argv[2] ?? '') as CameraHostOrder;
  const clip = await cameraClip({ stream, ffmpegPath, stateDir, signal: ended.signal });
  const host = await startCameraHost({ clip, count, clock: systemClock, logger: silentLogger });
  answer({ port: host.port });
  await new Promise<void>((resolve) => (ended.signal.aborted ? resolve() : ended.signal.addEventListener('abort', () => resolve(), { once: true })));
  await host.close();
  process.exit(0);
} catch (error) {
  answer({ code: error instanceof FramewatchError ? error.code : 'INTERNAL', message: messageOf(error) });
  process.exit(1);
}

function answer(line: { port: number } | { code: string; message: string }): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
