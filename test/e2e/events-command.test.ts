import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabelEvent } from '../../src/events/label-event.ts';
import { type Daemon, FEW_BATCH_SIZES, root, runCommand, startDaemon } from '../helpers/daemon.ts';
import { type RtspServer, startRtspServer } from '../helpers/rtsp-server.ts';
import { makeSceneClip } from '../helpers/scene-clip.ts';
import { waitFor } from '../helpers/wait-for.ts';

const SCENE_SECONDS = 2;

interface Replayed {
  readonly region: string;
  readonly startedAt: string;
  readonly at: string;
  readonly endedAt: string | null;
  readonly endReason: string | null;
  readonly score: number;
  readonly peakScore: number;
  readonly frame: number;
  readonly updates: number;
}

interface Whatif {
  readonly exact: boolean;
  readonly regions: readonly {
    readonly region: string;
    readonly trace: { readonly coveredMs: number; readonly askedMs: number; readonly frames: number; readonly crashes: number };
    readonly before: readonly Replayed[];
    readonly after: readonly Replayed[];
    readonly gained: readonly Replayed[];
    readonly lost: readonly Replayed[];
    readonly kept: readonly { readonly moved: boolean }[];
  }[];
}

let folder: string;
let stateDir: string;
let configFile: string;
let yaml: string;
let server: RtspServer;
let follower: Follower;

interface Follower {
  readonly lines: () => readonly string[];
  readonly stderr: () => string;
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
}

const events = (...args: string[]) => runCommand(['events', ...args, '--config', configFile]);
const history = async (...args: string[]) => (JSON.parse((await events('--json', ...args)).stdout) as { events: LabelEvent[] }).events;
const whatif = async (rule: string, ...args: string[]) => {
  const { code, stdout, stderr } = await events('whatif', '--camera', 'scenes', '--rule', rule, '--json', ...args);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Whatif;
};
const followed = () => follower.lines().map((line) => JSON.parse(line) as LabelEvent);
const startDaemonHere = () => startDaemon({ yaml, stateDir });

function follow(...args: string[]): Follower {
  const child = spawn(process.execPath, [path.join(root, 'dist/cli/main.js'), 'events', '--follow', '--config', configFile, ...args]);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, ended, stderr: () => stderr, lines: () => stdout.split('\n').slice(0, -1) };
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'framewatch-events-'));
  stateDir = path.join(folder, 'state');
  const clip = await makeSceneClip({ folder, name: 'scenes', sceneSeconds: SCENE_SECONDS, gop: 5, bFrames: 0 });
  server = await startRtspServer({ mounts: { scenes: { kind: 'clip', clips: [clip] } } });
  yaml = `
${FEW_BATCH_SIZES}
mqtt: { enabled: false }
cameras:
  scenes:
    url: "${server.url('scenes')}"
    decode: all
    sampleFps: 5
    maxLatencyMs: 2000
    regions: { full: {}, left: { crop: [0, 0, 0.6, 1] } }
    rules:
      drawing: { labels: [Drawing, Hentai, Sexy], regions: [full, left], enter: 0.5, exit: 0.4, minFrames: 2, offDelayMs: 300, cooldownMs: 0 }
      plain: { labels: [Neutral], regions: [full], enter: 0.7, exit: 0.5, minFrames: 2, offDelayMs: 0, cooldownMs: 0, maxDurationMs: 1200 }
`;
  configFile = path.join(folder, 'framewatch.yaml');
  writeFileSync(configFile, `stateDir: ${stateDir}\nhttp: { enabled: false }\n${yaml}`, { mode: 0o600 });
}, 120_000);

afterAll(async () => {
  follower.child.kill('SIGKILL');
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('framewatch events, beside a real daemon', () => {
  it('says that there is no history, and makes none', async () => {
    for (const args of [[], ['--follow'], ['explain', 'X'], ['whatif', '--camera', 'scenes', '--rule', 'plain']]) {
      const { code, stderr } = await events(...args);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/STORE_UNAVAILABLE: There is no history: .*history\.db does not exist/)]);
    }
  });

  it('follows what a daemon stores, message by message, and gives the same afterwards', async () => {
    const daemon: Daemon = await startDaemonHere();
    await daemon.ready();
    follower = follow('--json');
    const ends = () => followed().filter(({ type, rule, region }) => type === 'end' && rule === 'drawing' && region === 'full').length;
    // Each scene comes once in four seconds.
    await waitFor('three events of each rule', () => ends() >= 3, 60_000);
    expect((await daemon.stop()).code).toBe(0);
    const stored = await history();
    await waitFor('the follower has all', () => follower.lines().length >= stored.length);
    expect(followed()).toEqual(stored);
    expect(stored.map(({ sequence }) => sequence)).toEqual(stored.map((_, index) => index + 1));
    expect(stored.every(({ explain }) => explain !== undefined)).toBe(true);
    expect(await history('--since', '5')).toEqual(stored.slice(5));
    expect(await history('--since', stored[4]?.at ?? '', '--rule', 'plain')).toEqual(
      stored.filter(({ at, rule }) => rule === 'plain' && at >= (stored[4]?.at ?? '')),
    );
    expect(await history('--camera', 'nobody')).toEqual([]);
  }, 240_000);

  it('makes of the stored scores exactly the events that were stored, and loses them when the rule wants more', async () => {
    const stored = await history();
    for (const rule of ['drawing', 'plain']) {
      const same = await whatif(rule);
      expect(same.exact).toBe(true);
      for (const { region, before, after, gained, lost, kept, trace } of same.regions) {
        expect(before).toEqual(eventsOf(stored, rule, region));
        expect(after).toEqual(before);
        expect([gained, lost, kept.some(({ moved }) => moved), kept.length]).toEqual([[], [], false, before.length]);
        // As many as a busy machine judges: five a second are asked for.
        expect(trace.frames).toBeGreaterThan(10);
        expect(trace.crashes).toBe(0);
        // Until the camera was connected nothing was judged.
        expect(trace.coveredMs / trace.askedMs).toBeGreaterThan(0.5);
        expect(trace.coveredMs / trace.askedMs).toBeLessThanOrEqual(1);
      }
      expect(same.regions.reduce((sum, { before }) => sum + before.length, 0)).toBeGreaterThanOrEqual(1);
    }
    const [stricter] = (await whatif('drawing', '--enter', '1')).regions;
    expect([stricter?.gained, stricter?.after, stricter?.lost]).toEqual([[], [], stricter?.before]);
    // It would have needed longer than a scene lasts.
    const [slower] = (await whatif('plain', '--enter-for', String(SCENE_SECONDS * 1000 + 500))).regions;
    expect(slower?.lost).toEqual(slower?.before);
    const { stdout } = await events('whatif', '--camera', 'scenes', '--rule', 'drawing', '--off-delay', '0');
    expect(stdout).toMatch(/^scenes, rule drawing: offDelayMs 300 → 0\nfull: trace from .*; it covers .* %/);
    expect(stdout).toMatch(/^moved +full +\d{4}-/m);
  });

  it('refuses what cannot be tried', async () => {
    const said = async (...args: string[]) => {
      const { code, stderr } = await events('whatif', ...args);
      return `${code} ${stderr.trim()}`;
    };
    expect(await said('--camera', 'nobody', '--rule', 'plain')).toBe('64 framewatch: there is no camera "nobody"; the configuration has scenes');
    expect(await said('--camera', 'scenes', '--rule', 'no')).toBe('64 framewatch: camera scenes has no rule "no"; it has drawing, plain');
    expect(await said('--camera', 'scenes', '--rule', 'plain', '--enter', '0.3')).toMatch(/^64 .*exit 0.5 is above enter 0.3/);
    expect(await said('--camera', 'scenes', '--rule', 'plain', '--min-frames', 'few')).toMatch(/^64 .*a whole number/s);
  });

  it('tells why an event came, also one that a crash left open', async () => {
    const daemon = await startDaemonHere();
    await daemon.ready();
    const before = follower.lines().length;
    // Killed while it holds: half a second after its start at the latest.
    const isOn = () => followed().at(-1)?.type === 'start';
    await waitFor('an event is going on', () => follower.lines().length > before && isOn(), 60_000);
    daemon.kill('SIGKILL');
    await daemon.ended;
    const open = (await history()).filter(({ id }, _index, all) => all.findLast((event) => event.id === id)?.type !== 'end');
    expect(open.length).toBeGreaterThan(0);
    const again = await startDaemonHere();
    await again.ready();
    const recovered = () => followed().find(({ endReason }) => endReason === 'recovered');
    await waitFor('the follower sees it closed', () => recovered() !== undefined);
    const { id } = recovered() ?? { id: '' };
    const told = await events('explain', id.toLowerCase());
    expect(told.code).toBe(0);
    expect(told.stdout).toMatch(new RegExp(`^scenes, rule \\w+, region \\w+, event ${id}\n`));
    expect(told.stdout).toMatch(
      /the rule asks for 0\.\d{4} or more \(enter\) in \d consecutive frames \(minFrames\)\.\n( {2}frame \d+ {2}\d\d:\d\d:\d\d\.\d{3} {2}0\.\d{4}\n|.*\n)+/,
    );
    expect(told.stdout).toMatch(/Batch \d+ held \d pictures?/);
    expect(told.stdout).toContain('(recovered):\nthe daemon died without a word;');
    const { course, explanation } = JSON.parse((await events('explain', id, '--json')).stdout) as { course: LabelEvent[]; explanation: object[] };
    expect(course).toEqual((await history()).filter((event) => event.id === id));
    expect(explanation.at(-1)).toMatchObject({ type: 'end', because: { kind: 'outside', reason: 'recovered' } });
    expect((await events('explain', 'NOBODY')).stderr).toContain('there is no event "NOBODY"');
    const [crashed] = (await whatif('drawing')).regions;
    expect(crashed?.trace.crashes).toBe(1);
    expect((await again.stop()).code).toBe(0);
  }, 240_000);

  it('notices that another history has taken the place of the one it follows', async () => {
    for (const suffix of ['', '-wal', '-shm'])
      try {
        renameSync(path.join(stateDir, `history.db${suffix}`), path.join(folder, `old.db${suffix}`));
      } catch {}
    const lines = follower.lines().length;
    const daemon = await startDaemonHere();
    await daemon.ready();
    await waitFor('events of the new one', () => follower.lines().length > lines, 60_000);
    expect(follower.stderr()).toContain('another history has begun');
    // Its numbers begin behind all that were ever given.
    expect(followed()[lines]?.sequence).toBeGreaterThan(followed()[lines - 1]?.sequence ?? 0);
    follower.child.kill('SIGINT');
    expect(await follower.ended).toBe(0);
    await daemon.stop();
  }, 240_000);

  it('ends quietly when nobody reads any more, and aligns its lines', async () => {
    const child = spawn('sh', ['-c', `"${process.execPath}" "${path.join(root, 'dist/cli/main.js')}" events --config "${configFile}" | head -n 2`]);
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    let complaints = '';
    child.stderr.on('data', (chunk: Buffer) => {
      complaints += chunk.toString();
    });
    await new Promise((resolve) => child.once('close', resolve));
    const lines = text.trimEnd().split('\n');
    expect([lines.length, complaints]).toEqual([2, '']);
    expect(lines[0]).toMatch(
      /^\d+ +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} {2}scenes {2}(full|left) +(drawing|plain) +start +\w+ +0\.\d{4} {2}peak 0\.\d{4}.* [0-9A-Z]{26}$/,
    );
  });
});

/** As `whatif` tells them. */
function eventsOf(stored: readonly LabelEvent[], rule: string, region: string): Replayed[] {
  const own = stored.filter((event) => event.rule === rule && event.region === region);
  return own
    .filter(({ type }) => type === 'start')
    .map((start) => {
      const course = own.filter(({ id }) => id === start.id);
      const last = course.at(-1) ?? start;
      const updates = course.filter(({ type }) => type === 'update').length;
      const { startedAt, at, score, frame } = start;
      return {
        region,
        startedAt,
        at,
        endedAt: last.endedAt,
        endReason: last.endReason,
        score,
        peakScore: last.peakScore,
        frame: frame.sequence,
        updates,
      };
    });
}
