#!/usr/bin/env node
// Stands where ffmpeg stands, for one measurement only: the daemon's throughput with frames that cost no decoding. It writes ready-scaled
// pictures in the form that src/stream reads (raw RGB24 on pipe 1, framecrc lines on pipes 3 and 4). Rate and size come from the URL:
// rtsp://127.0.0.1:1/FPSxWIDTHxHEIGHT. A SIGUSR2 stops the pictures, another one starts them again; packets always come.
import { createWriteStream } from 'node:fs';
import { Socket } from 'node:net';

const args = process.argv.slice(2);
if (args.includes('-version')) {
  console.log('ffmpeg version 7.0-pipe-camera');
  process.exit(0);
}
if (args.includes('-h')) {
  console.log('RTSP demuxer AVOptions:\n  -timeout <int64>\n-fps_mode auto');
  process.exit(0);
}
const [, fpsText, widthText, heightText] = /\/([\d.]+)x(\d+)x(\d+)$/.exec(args[args.indexOf('-i') + 1] ?? '') ?? [];
const [fps, width, height] = [Number(fpsText), Number(widthText), Number(heightText)];
const pictures = Array.from({ length: 4 }, (_, index) => pattern(index));

const raw = new Socket({ fd: 1, readable: false });
const packetLines = createWriteStream('', { fd: 3 });
const pictureLines = createWriteStream('', { fd: 4 });
for (const stream of [raw, packetLines, pictureLines]) stream.on('error', () => process.exit(0));
const header = (/** @type {string} */ codec) => `#tb 0: 1/90000\n#media_type 0: video\n#codec_id 0: ${codec}\n#dimensions 0: ${width}x${height}\n`;
packetLines.write(header('h264'));
pictureLines.write(header('rawvideo'));

let isStill = false;
process.on('SIGUSR2', () => {
  isStill = !isStill;
});
let sequence = 0;
const start = performance.now();
const dueMs = () => start + ((sequence + 1) * 1000) / fps;
setTimeout(send, dueMs() - performance.now());

function send() {
  for (; dueMs() <= performance.now(); sequence += 1) {
    const ticks = Math.round((sequence * 90000) / fps);
    packetLines.write(`0, ${ticks}, ${ticks}, ${Math.round(90000 / fps)}, 20000, 0x00000000\n`);
    // What nobody takes is not piled up: a camera does not wait either.
    if (isStill || raw.writableLength > width * height * 6) continue;
    pictureLines.write(`0, ${ticks}, ${ticks}, 1, ${width * height * 3}, 0x00000000\n`);
    raw.write(/** @type {Buffer} */ (pictures[sequence % pictures.length]));
  }
  setTimeout(send, dueMs() - performance.now());
}

function pattern(/** @type {number} */ seed) {
  const picture = Buffer.alloc(width * height * 3);
  for (let at = 0; at < picture.length; at += 1) picture[at] = (at * (7 + seed) + ((at >> 9) * 31 + seed * 57)) & 255;
  return picture;
}
