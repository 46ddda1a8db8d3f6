import { Socket } from 'node:net';

// Stands where ffmpeg stands, to measure the daemon with pictures that cost no decoding. Writes ready-scaled ones in the form that src/stream reads:
// RGB24 on pipe 1, framecrc lines of pictures on 4 and of packets on 3. Rate and size come from the address: rtsp://HOST:PORT/FPSxWIDTHxHEIGHT.
const TICKS_PER_SECOND = 90_000;
const PATTERNS = 4;
const DECODING_MS = 2;

const asked = process.argv.slice(2);
if (asked.includes('-version')) {
  process.stdout.write('ffmpeg version 7.0-pipe-camera\n');
  process.exit(0);
}
if (asked.includes('-h')) {
  process.stdout.write('RTSP demuxer AVOptions:\n  -timeout <int64>\n-fps_mode auto\n');
  process.exit(0);
}
const [, fpsText, widthText, heightText] = /\/([\d.]+)x(\d+)x(\d+)$/.exec(asked[asked.indexOf('-i') + 1] ?? '') ?? [];
const [fps, width, height] = [Number(fpsText), Number(widthText), Number(heightText)];
const pictures = Array.from({ length: PATTERNS }, (_, seed) => pattern(seed));
const raw = new Socket({ fd: 1, readable: false });
const packetLines = new Socket({ fd: 3, readable: false });
const pictureLines = new Socket({ fd: 4, readable: false });
for (const stream of [raw, packetLines, pictureLines]) stream.on('error', () => process.exit(0));
packetLines.write(header('h264'));
pictureLines.write(header('rawvideo'));

const startMs = performance.now();
let sequence = 0;
wait();

function dueMs(): number {
  return startMs + ((sequence + 1) * 1000) / fps;
}

function wait(): void {
  setTimeout(send, dueMs() - performance.now());
}

function send(): void {
  for (; dueMs() <= performance.now(); sequence += 1) {
    const ticks = Math.round((sequence * TICKS_PER_SECOND) / fps);
    packetLines.write(`0, ${ticks}, ${ticks}, ${Math.round(TICKS_PER_SECOND / fps)}, 20000, 0x00000000\n`);
    // As from a decoder: the packet is there before its picture, and is read first.
    setTimeout(deliver, DECODING_MS, sequence, ticks);
  }
  wait();
}

function deliver(number: number, ticks: number): void {
  const picture = pictures[number % PATTERNS];
  // What nobody takes is not piled up: a camera does not wait either.
  if (!picture || raw.writableLength > 2 * picture.length) return;
  pictureLines.write(`0, ${ticks}, ${ticks}, 1, ${picture.length}, 0x00000000\n`);
  raw.write(picture);
}

function header(codec: string): string {
  return `#tb 0: 1/${TICKS_PER_SECOND}\n#media_type 0: video\n#codec_id 0: ${codec}\n#dimensions 0: ${width}x${height}\n`;
}

function pattern(seed: number): Buffer {
  const picture = Buffer.alloc(width * height * 3);
  for (let at = 0; at < picture.length; at += 1) picture[at] = (at * (7 + seed) + ((at >> 9) * 31 + seed * 57)) & 255;
  return picture;
}
