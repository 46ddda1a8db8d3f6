import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printedPage, visitor } from '../../src/demo/drawings.ts';
import { type SimulatedCameras, startSimulatedCameras } from '../../src/demo/simulated-cameras.ts';
import type { LabelEvent } from '../../src/events/label-event.ts';
import { systemClock } from '../../src/util/clock.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { type Daemon, FEW_BATCH_SIZES, runCommand, startDaemon } from '../helpers/daemon.ts';
import { type Mosquitto, startMosquitto } from '../helpers/mosquitto.ts';
import { waitFor } from '../helpers/wait-for.ts';

const WIDTH = 320;
const HEIGHT = 180;
/** What one JPEG more does to a picture, of 255, on the average of all pixels. */
const JPEG_NOISE = 3;

interface Description {
  readonly camera: string;
  readonly deciding: number;
  readonly pictures: readonly { readonly sequence: number; readonly receivedAt: string; readonly width: number }[];
}

let folder: string;
let cameras: SimulatedCameras;
let broker: Mosquitto;
let daemon: Daemon;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'framewatch-strip-'));
  const page = { name: 'page', seconds: 4, label: 'Neutral', draw: printedPage(5) } as const;
  const guest = { name: 'visitor', seconds: 4, label: 'Drawing', draw: visitor() } as const;
  cameras = await startSimulatedCameras({
    ...{ ffmpegPath: 'ffmpeg', stateDir: folder, logger: silentLogger, clock: systemClock },
    programmes: [{ id: 'door', name: 'Door', encoding: { keyFrameSeconds: 1, bFrames: 0 }, scenes: [page, guest] }],
  });
  broker = await startMosquitto();
  const { url, username, password } = cameras.camera('door');
  daemon = await startDaemon({
    stateDir: path.join(folder, 'state'),
    yaml: `
${FEW_BATCH_SIZES}
mqtt: { url: "${broker.url}" }
cameraDefaults:
  sampleFps: 4
  frameWidth: ${WIDTH}
  maxLatencyMs: 2000
  rules:
    drawing: { labels: [Drawing], enter: 0.5, exit: 0.4, minFrames: 2, offDelayMs: 500, cooldownMs: 0 }
cameras:
  door: { url: "${url}", username: "${username}", password: "${password.reveal()}", decode: all }
`,
  });
  await daemon.ready();
}, 300_000);

afterAll(async () => {
  await daemon.stop();
  await cameras.close();
  await broker.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the strip of an event', () => {
  it('shows five pictures around its start, the deciding one in the middle, and comes over MQTT, too', async () => {
    const event = await strippedEvent();
    const strip = await picture(event.strip ?? '');
    const { width, height } = await sharp(strip).metadata();
    expect([width, height]).toEqual([5 * WIDTH, HEIGHT]);
    expect(event.strip).toBe(`/api/events/${event.id}/strip.jpg`);

    const { camera, deciding, pictures } = await descriptionIn(strip);
    expect([camera, deciding, pictures[2]?.sequence, pictures[2]?.receivedAt]).toEqual(['door', 2, event.frame.sequence, event.frame.receivedAt]);
    const sequences = pictures.map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.toSorted((first, second) => first - second));
    expect(new Set(sequences).size).toBe(5);

    const snapshot = await sharp(await picture(event.snapshot ?? ''))
      .raw()
      .toBuffer();
    const distances = await Promise.all([0, 1, 2, 3, 4].map(async (place) => distance(await pictureAt(strip, place), snapshot)));
    expect(distances[2]).toBeLessThan(JPEG_NOISE);
    // Two frames before the visitor was not there yet.
    expect(distances[0]).toBeGreaterThan(3 * JPEG_NOISE);

    const newest = (await eventsOf('start')).at(-1);
    const retained = await retainedAt('framewatch/door/strip');
    const starts = await Promise.all(
      (await eventsOf('start')).map(async ({ strip: at }) => (await fetch(`http://127.0.0.1:${daemon.port}${at}`)).arrayBuffer()),
    );
    expect(newest).toBeDefined();
    expect(starts.some((known) => Buffer.from(known).equals(retained))).toBe(true);
    expect(await metric('framewatch_strips_total{camera="door",outcome="whole"}')).toBeGreaterThan(0);
  });

  it('has what there was when the camera ends, and is there when the daemon has ended', async () => {
    const before = (await eventsOf('start')).length;
    await waitFor('another one begins', async () => (await eventsOf('start')).length > before, 30_000);
    const last = (await eventsOf('start')).at(-1);
    await cameras.camera('door').unplug();
    await waitFor('its strip is there', async () => (await status(last?.strip ?? '')) === 200, 30_000);
    const strip = await picture(last?.strip ?? '');
    const { deciding, pictures } = await descriptionIn(strip);
    expect(pictures[deciding]?.sequence).toBe(last?.frame.sequence);
    expect((await sharp(strip).metadata()).width).toBe(pictures.length * WIDTH);

    // An independent reader of all that the daemon has told finds nothing wrong with it.
    const verified = await runCommand(['verify-feed', '--ws', `http://127.0.0.1:${daemon.port}`, '--after', '0', '--seconds', '3', '--json']);
    expect([verified.code, JSON.parse(verified.stdout)]).toMatchObject([0, { ok: true, findings: [] }]);

    daemon.kill('SIGTERM');
    await daemon.ended;
    const files = readdirSync(path.join(daemon.stateDir, 'snapshots'));
    expect(files).toContain(`${last?.id}.strip.jpg`);
    expect(files.filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

/** A start whose strip is whole; the first one of a camera may be short. */
async function strippedEvent(): Promise<LabelEvent> {
  let found: LabelEvent | undefined;
  await waitFor(
    'an event has its whole strip',
    async () => {
      for (const event of await eventsOf('start')) {
        if ((await status(event.strip ?? '')) !== 200) continue;
        if ((await descriptionIn(await picture(event.strip ?? ''))).pictures.length === 5) found = event;
      }
      return found !== undefined;
    },
    60_000,
  );
  if (!found) throw new Error('no event');
  return found;
}

async function eventsOf(type: LabelEvent['type']): Promise<readonly LabelEvent[]> {
  return (await daemon.json<{ events: LabelEvent[] }>('/api/events?after=0&limit=1000')).events.filter((event) => event.type === type);
}

async function status(route: string): Promise<number> {
  return (await daemon.get(route)).status;
}

async function picture(route: string): Promise<Buffer> {
  const response = await fetch(`http://127.0.0.1:${daemon.port}${route}`);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
  return Buffer.from(await response.arrayBuffer());
}

async function descriptionIn(strip: Buffer): Promise<Description> {
  const { exif } = await sharp(strip).metadata();
  return JSON.parse(/\{"camera".*\}/.exec(exif?.toString('latin1') ?? '')?.[0] ?? 'null') as Description;
}

function pictureAt(strip: Buffer, place: number): Promise<Buffer> {
  return sharp(strip)
    .extract({ left: place * WIDTH, top: 0, width: WIDTH, height: HEIGHT })
    .raw()
    .toBuffer();
}

/** Mean difference of all values. */
function distance(first: Buffer, second: Buffer): number {
  expect(first.length).toBe(second.length);
  return first.reduce((sum, value, at) => sum + Math.abs(value - (second[at] ?? 0)), 0) / first.length;
}

/** The bytes that the broker keeps, as mosquitto_sub gets them. */
async function retainedAt(topic: string): Promise<Buffer> {
  const child = spawn('mosquitto_sub', ['-p', String(broker.port), '-t', topic, '-C', '1', '-N', '-W', '10'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const parts: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => parts.push(bytes));
  await new Promise((resolve) => child.once('close', resolve));
  return Buffer.concat(parts);
}

async function metric(sample: string): Promise<number> {
  const line = (await daemon.get('/metrics')).text.split('\n').find((each) => each.startsWith(`${sample} `));
  return Number(line?.slice(sample.length + 1) ?? 0);
}
