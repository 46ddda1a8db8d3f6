// What full motion costs: `npm run bench:live -- [--seconds 15]`. The time from the request of a viewer to its first picture, and processor and memory of daemon and
// children for four viewers, by passthrough and by JSMpeg. Cameras are GStreamer's RTSP server with 1080p25 at 4 Mbit/s and a key frame a second; it is not counted.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { quantile } from '../src/util/percentile.ts';
import { LiveClient } from '../test/helpers/live-client.ts';
import { type LiveStand, startLiveStand } from '../test/helpers/live-stand.ts';
import { processTree } from '../test/helpers/process-tree.ts';
import { startRtspServer } from '../test/helpers/rtsp-server.ts';
import { printTable } from './table.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '15' } } });
const SECONDS = Number(values.seconds);
const CAMERAS = 8;
const FIRST_PICTURES = 3;
const MIB = 1024 * 1024;

interface Use {
  readonly cpuSeconds: number;
  readonly pssBytes: number;
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
function roleOf(command: string, pid: number, daemon: number): string {
  if (pid === daemon) return 'daemon';
  if (command.includes('frag_every_frame')) return 'passthrough';
  return command.includes('mpeg1video') ? 'mpeg1' : 'rest';
}

function uses(stand: LiveStand): Map<string, Use> {
  const byRole = new Map<string, Use>();
  for (const { pid, command, cpuSeconds } of processTree(stand.daemon.pid)) {
    const role = roleOf(command, pid, stand.daemon.pid);
    const before = byRole.get(role) ?? { cpuSeconds: 0, pssBytes: 0 };
    byRole.set(role, { cpuSeconds: before.cpuSeconds + cpuSeconds, pssBytes: before.pssBytes + pssOf(pid) });
  }
  return byRole;
}

/** Shared pages count by their share. */
function pssOf(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) * 1024;
}

/** Of each camera the one that starts its child, and one that comes while it runs. */
async function firstPictures(stand: LiveStand, query: string): Promise<{ first: number[]; second: number[] }> {
  const [first, second]: [number[], number[]] = [[], []];
  for (let camera = 0; camera < CAMERAS; camera += 1) {
    const clients: LiveClient[] = [];
    for (const times of [first, second]) {
      const client = new LiveClient(stand.url(`cam${camera}`, query));
      clients.push(client);
      await client.until('pictures', ({ frames }) => frames.length > FIRST_PICTURES, 30_000);
      // What comes first of a passed on stream is its beginning, without a picture.
      times.push(client.frames[query === '' ? 1 : 0]?.atMs ?? Number.NaN);
    }
    for (const client of clients) await client.close();
  }
  return { first, second };
}

async function cost(stand: LiveStand, what: string, targets: readonly string[]): Promise<(string | number)[]> {
  const clients = targets.map((target) => new LiveClient(stand.url(...(target.split(' ') as [string, string?]))));
  for (const client of clients) await client.until('pictures', ({ frames }) => frames.length > FIRST_PICTURES, 60_000);
  await sleep(3000);
  const [before, startMs, frames] = [uses(stand), performance.now(), clients.map((client) => client.frames.length)];
  const bytes = clients.map((client) => client.frames.reduce((sum, frame) => sum + frame.bytes.length, 0));
  await sleep(SECONDS * 1000);
  const [after, seconds] = [uses(stand), (performance.now() - startMs) / 1000];
  const share = (role: string) => ((after.get(role)?.cpuSeconds ?? 0) - (before.get(role)?.cpuSeconds ?? 0)) / seconds;
  const rate = clients.reduce((sum, client, index) => sum + client.frames.reduce((all, one) => all + one.bytes.length, 0) - (bytes[index] ?? 0), 0);
  const mib = (role: string) => Math.round((after.get(role)?.pssBytes ?? 0) / MIB);
  const percent = (value: number) => (100 * value).toFixed(1);
  const row = [
    what,
    percent(share('daemon')),
    percent(share('passthrough')),
    percent(share('mpeg1')),
    percent(share('rest')),
    mib('daemon'),
    mib('passthrough'),
    mib('mpeg1'),
    ((rate * 8) / seconds / 1e6).toFixed(1),
    clients.length === 0
      ? ''
      : (clients.reduce((sum, client, index) => sum + client.frames.length - (frames[index] ?? 0), 0) / seconds / clients.length).toFixed(1),
  ];
  for (const client of clients) await client.close();
  return row;
}

try {
  await makeClip();
  const mounts = Object.fromEntries(Array.from({ length: CAMERAS }, (_, index) => [`cam${index}`, { kind: 'clip', clips: [clip] } as const]));
  const server = await startRtspServer({ mounts });
  const stand = await startLiveStand(Object.fromEntries(Object.keys(mounts).map((id) => [id, { url: server.url(id) }])));
  try {
    // Until all cameras are being analysed.
    await sleep(5000);
    const times = [];
    for (const [what, query] of [
      ['passed on', ''],
      ['JSMpeg', '?mode=jsmpeg'],
    ] as const) {
      const { first, second } = await firstPictures(stand, query);
      for (const [which, list] of [
        ['first viewer', first],
        ['second viewer', second],
      ] as const)
        times.push([what, which, ...[0, 0.5, 1].map((q) => Math.round(quantile(list, q)))]);
      await sleep(11_000);
    }
    console.log('Request to first picture, ms; a key frame a second, eight cameras');
    printTable(['form', 'who', 'least', 'median', 'most'], times);
    const rows = [];
    const four = (query: string, cameras: number) => Array.from({ length: 4 }, (_, index) => `cam${index % cameras} ${query}`.trim());
    for (const [what, targets] of [
      ['nobody looks', []],
      ['4 viewers, 4 cameras, passed on', four('', 4)],
      ['4 viewers, 1 camera, passed on', four('', 1)],
      ['4 viewers, 4 cameras, JSMpeg', four('?mode=jsmpeg', 4)],
      ['4 viewers, 1 camera, JSMpeg', four('?mode=jsmpeg', 1)],
    ] as const) {
      rows.push(await cost(stand, what, targets));
      await sleep(11_000);
    }
    const columns = [
      'what',
      'daemon %',
      'passthrough %',
      'mpeg1 %',
      'rest %',
      'daemon MiB',
      'passthrough MiB',
      'mpeg1 MiB',
      'Mbit/s',
      'messages/s a viewer',
    ];
    console.log('\nPercent of one processor, and memory (PSS). `rest` is the analysis of eight cameras');
    printTable(columns, rows);
  } finally {
    await stand.close();
    await server.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
