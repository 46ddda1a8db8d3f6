// What full motion and the wall cost: `npm run bench:live -- [--seconds 20] [--openings 10]`, about five minutes. The time from a viewer's request to its first
// picture in Chromium, and processor and memory of daemon and children: without viewers, with a wall of 16 tiles, with four viewers by passthrough and by JSMpeg. Cameras are
// GStreamer's RTSP server with 1080p25 at 4 Mbit/s and a key frame a second, all of them analysed once a second; neither server nor browser is counted.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { connectFeed } from '../test/helpers/feed-client.ts';
import { LiveClient } from '../test/helpers/live-client.ts';
import { bundleLivePage, launchChromium } from '../test/helpers/live-page.ts';
import { type LiveStand, startLiveStand } from '../test/helpers/live-stand.ts';
import { processTree } from '../test/helpers/process-tree.ts';
import { startRtspServer } from '../test/helpers/rtsp-server.ts';
import { waitFor } from '../test/helpers/wait-for.ts';
import { firstPictures, type Mode, openingRows } from './first-pictures.ts';
import { printTable } from './table.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '20' }, openings: { type: 'string', default: '10' } } });
const SECONDS = Number(values.seconds);
const CAMERAS = Array.from({ length: 16 }, (_, index) => `cam${index}`);
const FIRST_PICTURES = 3;
const MIB = 1024 * 1024;
const ROLES = ['daemon', 'engine', 'analysis', 'passthrough', 'mpeg1'] as const;

type Role = (typeof ROLES)[number];
type Uses = Record<Role, { cpuSeconds: number; pssBytes: number; count: number }>;

/** Somebody who looks, or nobody. */
interface Audience {
  /** Messages with pictures so far, of all together, and their bytes. */
  received(): { readonly pictures: number; readonly bytes: number };
  close(): Promise<void>;
}

const folder = mkdtempSync(join(tmpdir(), 'framewatch-bench-live-'));
const clip = join(folder, 'hd.mp4');

async function makeClip(): Promise<void> {
  const source = ['-f', 'lavfi', '-i', 'testsrc2=size=1920x1080:rate=25:duration=10', '-vf', 'noise=alls=6:allf=t'];
  const coding = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-bf', '0', '-g', '25', '-sc_threshold', '0'];
  const rate = ['-b:v', '4M', '-maxrate', '4M', '-bufsize', '4M'];
  await promisify(execFile)('ffmpeg', ['-y', '-loglevel', 'error', ...source, ...coding, ...rate, clip]);
}

/** Which process of the daemon's tree does what. */
function roleOf(command: string, pid: number, daemon: number): Role {
  if (pid === daemon) return 'daemon';
  if (command.includes('frag_every_frame')) return 'passthrough';
  if (command.includes('mpeg1video')) return 'mpeg1';
  return command.includes('engine-main') ? 'engine' : 'analysis';
}

function uses(stand: LiveStand): Uses {
  const byRole = Object.fromEntries(ROLES.map((role) => [role, { cpuSeconds: 0, pssBytes: 0, count: 0 }])) as Uses;
  for (const { pid, command, cpuSeconds } of processTree(stand.daemon.pid)) {
    const sum = byRole[roleOf(command, pid, stand.daemon.pid)];
    sum.cpuSeconds += cpuSeconds;
    sum.pssBytes += pssOf(pid);
    sum.count += 1;
  }
  return byRole;
}

/** Shared pages count by their share. */
function pssOf(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) * 1024;
}

const nobody = (): Promise<Audience> => Promise.resolve({ received: () => ({ pictures: 0, bytes: 0 }), close: () => Promise.resolve() });

async function wall(stand: LiveStand): Promise<Audience> {
  const client = await connectFeed(stand.daemon.port);
  client.watch(CAMERAS);
  await waitFor('a tile of each camera', () => new Set(client.tiles.map(({ cameraId }) => cameraId)).size === CAMERAS.length, 30_000);
  return {
    received: () => ({ pictures: client.tiles.length, bytes: client.tiles.reduce((sum, { jpeg }) => sum + jpeg.length, 0) }),
    close() {
      client.close();
      return Promise.resolve();
    },
  };
}

const viewers =
  (mode: Mode, cameras: number) =>
  async (stand: LiveStand): Promise<Audience> => {
    const clients = Array.from(
      { length: 4 },
      (_, index) => new LiveClient(stand.url(`cam${index % cameras}`, mode === 'auto' ? '' : '?mode=jsmpeg')),
    );
    for (const client of clients) await client.until('pictures', ({ frames }) => frames.length > FIRST_PICTURES, 60_000);
    const frames = () => clients.flatMap((client) => client.frames);
    return {
      received: () => ({ pictures: frames().length, bytes: frames().reduce((sum, { bytes }) => sum + bytes.length, 0) }),
      async close() {
        for (const client of clients) await client.close();
        await waitFor('no child is left', () => stand.children().passthrough.length === 0, 30_000);
      },
    };
  };

async function cost(stand: LiveStand, what: string, gather: (stand: LiveStand) => Promise<Audience>): Promise<(string | number)[]> {
  const audience = await gather(stand);
  await sleep(2000);
  const [before, first, startMs] = [uses(stand), audience.received(), performance.now()];
  await sleep(SECONDS * 1000);
  const [after, last, seconds] = [uses(stand), audience.received(), (performance.now() - startMs) / 1000];
  await audience.close();
  const percents = ROLES.map((role) => (100 * (after[role].cpuSeconds - before[role].cpuSeconds)) / seconds);
  return [
    what,
    ...[...percents, percents.reduce((sum, one) => sum + one, 0)].map((percent) => percent.toFixed(1)),
    `${after.passthrough.count} + ${after.mpeg1.count}`,
    ...(['daemon', 'passthrough', 'mpeg1'] as const).map((role) => Math.round(after[role].pssBytes / MIB)),
    ((last.pictures - first.pictures) / seconds).toFixed(1),
    (((last.bytes - first.bytes) * 8) / seconds / 1e6).toFixed(1),
  ];
}

async function measure(stand: LiveStand): Promise<void> {
  await waitFor(
    'all cameras are analysed',
    async () => {
      const { cameras } = await stand.daemon.json<{ cameras: readonly { readonly state: string }[] }>('/api/cameras');
      return cameras.every(({ state }) => state === 'live');
    },
    60_000,
  );
  const [browser, files] = [await launchChromium(), await bundleLivePage()];
  const rows: (string | number)[][] = [];
  try {
    const cameras = CAMERAS.slice(0, Number(values.openings));
    for (const [what, mode] of [
      ['passed on', 'auto'],
      ['JSMpeg', 'jsmpeg'],
    ] as const) {
      rows.push(...openingRows(what, await firstPictures(stand, browser, files, cameras, mode)));
      await waitFor('no child is left', () => stand.children().passthrough.length === 0, 30_000);
    }
  } finally {
    await browser.close();
  }
  console.log('From the request of a viewer, ms; each camera opened cold, a key frame a second');
  printTable(['form', 'until', 'openings', 'least', 'median', 'p95'], rows);
  const costs = [];
  for (const [what, gather] of [
    ['nobody looks', nobody],
    ['16 tiles watched', wall],
    ['4 viewers, 4 cameras, passed on', viewers('auto', 4)],
    ['4 viewers, 1 camera, passed on', viewers('auto', 1)],
    ['4 viewers, 4 cameras, JSMpeg', viewers('jsmpeg', 4)],
    ['4 viewers, 1 camera, JSMpeg', viewers('jsmpeg', 1)],
  ] as const)
    costs.push(await cost(stand, what, gather));
  const use = ROLES.map((role) => `${role} %`);
  console.log(
    `\nPercent of one core over ${SECONDS} s, and memory (PSS). \`analysis\` is the children that read the 16 cameras for the network, which is a tiny one`,
  );
  printTable(['what', ...use, 'sum %', 'children', 'daemon MiB', 'passthrough MiB', 'mpeg1 MiB', 'messages/s', 'Mbit/s'], costs);
}

try {
  console.log(
    `Load of the machine at the start: ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}`,
  );
  await makeClip();
  const server = await startRtspServer({ mounts: Object.fromEntries(CAMERAS.map((id) => [id, { kind: 'clip', clips: [clip] } as const])) });
  const stand = await startLiveStand(Object.fromEntries(CAMERAS.map((id) => [id, { url: server.url(id), sampleFps: 1, frameWidth: 640 }])));
  try {
    await measure(stand);
  } finally {
    await stand.close();
    await server.close();
  }
  console.log(
    `Load of the machine at the end: ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
