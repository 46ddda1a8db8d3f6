import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckedCosts } from '../../src/cli/bound-check.ts';
import type { Problem } from '../../src/config/problem.ts';
import type { LatencyLedger } from '../../src/events/label-event.ts';
import type { CameraView } from '../../src/http/monitor-view.ts';
import { type Daemon, FEW_BATCH_SIZES, runCommand, startDaemon } from '../helpers/daemon.ts';
import { connectFeed, type FeedClient } from '../helpers/feed-client.ts';
import { processTree } from '../helpers/process-tree.ts';
import { type RtspServer, startRtspServer } from '../helpers/rtsp-server.ts';
import { waitFor } from '../helpers/wait-for.ts';

/** Less than the network takes on any machine that runs these tests, and more than it takes on the slowest. */
const [TOO_SHORT_MS, AMPLE_MS] = [10, 60_000];

interface Checked {
  readonly ok: boolean;
  readonly costs: CheckedCosts;
  readonly warnings: readonly Problem[];
}

let folder: string;
let stateDir: string;
let server: RtspServer;
let daemon: Daemon;
let feed: FeedClient;

const yaml = (hastyMs: number) => `
mqtt: { enabled: false }
${FEW_BATCH_SIZES}
cameraDefaults:
  decode: all
  sampleFps: 2
  frameWidth: 384
  rules: { anything: { labels: [Drawing, Hentai, Neutral, Porn, Sexy], enter: 0.5, exit: 0.1, minFrames: 1, maxDurationMs: 500, cooldownMs: 0 } }
cameras:
  hasty:
    url: "${server.url('clock')}"
    maxLatencyMs: ${hastyMs}
  patient: { url: "${server.url('clock')}", maxLatencyMs: ${AMPLE_MS} }
`;
const camera = (id: string) => daemon.json<CameraView>(`/api/cameras/${id}`);
const sample = async (name: string) => {
  const { text } = await daemon.get('/metrics');
  return Number(new RegExp(`^framewatch_${name.replaceAll(/[{}]/g, '\\$&')} (\\S+)$`, 'm').exec(text)?.[1]);
};
const check = async (...flags: string[]) => {
  const { code, stdout, stderr } = await runCommand(['check', '--config', daemon.configFile, ...flags]);
  expect(code).toBe(0);
  return { stdout, stderr };
};
const checkJson = async () => JSON.parse((await check('--json')).stdout) as Checked;
/** The newest ledger of a camera that came over the feed. */
const newestLedger = (id: string): LatencyLedger | undefined => {
  const message = feed.messages.findLast((one) => one['type'] === 'classification' && one['camera'] === id);
  return message?.['latencyMs'] as LatencyLedger | undefined;
};

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'framewatch-bounds-'));
  stateDir = path.join(folder, 'state');
  server = await startRtspServer({ mounts: { clock: { kind: 'clock', fps: 25, gop: 25 } } });
  daemon = await startDaemon({ yaml: yaml(TOO_SHORT_MS), stateDir });
}, 60_000);

afterAll(async () => {
  feed.close();
  await daemon.stop();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a bound that cannot be kept', () => {
  it('is not known where no daemon has run', async () => {
    const file = path.join(folder, 'elsewhere.yaml');
    writeFileSync(file, `stateDir: ${path.join(folder, 'elsewhere')}\n${yaml(TOO_SHORT_MS)}`, { mode: 0o600 });
    const { code, stdout } = await runCommand(['check', '--config', file, '--json']);
    const { costs, warnings } = JSON.parse(stdout) as Checked;
    expect([code, costs.state, costs.measured, warnings]).toEqual([0, 'absent', null, []]);
  });

  it('is told at start, with figures and what to do', async () => {
    await daemon.ready();
    feed = await connectFeed(daemon.port);
    feed.watch(['hasty', 'patient']);
    await waitFor('the warning', () => daemon.log().includes('BOUND_INFEASIBLE'));
    const warnings = daemon
      .log()
      .split('\n')
      .filter((line) => line.includes('BOUND_INFEASIBLE'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(
      /hasty: a bound of 10 ms cannot be kept: a frame takes up to \d+ ms even when nothing else waits \(.*network \d+.*\); raise maxLatencyMs to \d+ or more/,
    );
  });

  it('is shown by API, metrics and feed, beside those that can', async () => {
    const [hasty, patient] = [await camera('hasty'), await camera('patient')];
    expect(hasty.bound).toMatchObject({ feasible: false, message: expect.stringContaining('cannot be kept') });
    expect(hasty.bound.smallestMs).toBeGreaterThan(TOO_SHORT_MS);
    expect(patient.bound).toMatchObject({ feasible: true, message: null });
    expect([await sample('bound_feasible{camera="hasty"}'), await sample('bound_feasible{camera="patient"}')]).toEqual([0, 1]);
    expect(await sample('smallest_feasible_bound_seconds{camera="hasty"}')).toBeGreaterThan(TOO_SHORT_MS / 1000);
    expect(await daemon.json('/api/stats')).toMatchObject({ boundsInfeasible: 1 });
    const cameraMessages = () => feed.messages.filter(({ type }) => type === 'hello' || type === 'camera');
    expect(JSON.stringify(cameraMessages())).toContain('cannot be kept');
  });

  it('is said of each verdict and event, whose miss is counted', async () => {
    await waitFor('verdicts', () => newestLedger('hasty') !== undefined && newestLedger('patient') !== undefined, 30_000);
    expect(newestLedger('hasty')).toMatchObject({ bound: TOO_SHORT_MS, feasible: false });
    expect(newestLedger('patient')).toMatchObject({ bound: AMPLE_MS, feasible: true });
    await waitFor('events of both', () => ['hasty', 'patient'].every((id) => feed.events.some((event) => event.camera === id)), 30_000);
    for (const { camera: id, latencyMs } of feed.events) expect(latencyMs.feasible).toBe(id === 'patient');
    const { deadlineMissed, framesClassified } = await camera('hasty');
    expect(deadlineMissed).toBeGreaterThanOrEqual(framesClassified);
    expect(deadlineMissed).toBeGreaterThan(0);
    expect((await camera('patient')).deadlineMissed).toBe(0);
  });

  it('counts the decoding of the camera’s own stream', async () => {
    await waitFor('it was measured', async () => (await camera('patient')).stream.decodeAgeMs !== null, 20_000);
    await waitFor('it is counted', async () => {
      const { bound, stream } = await camera('patient');
      const { measured } = (await checkJson()).costs;
      return (bound.smallestMs ?? 0) > (measured?.smallestBoundMs ?? Number.POSITIVE_INFINITY) * 0.5 + (stream.decodeAgeMs ?? 0) * 0.5;
    });
  });

  it('is found by check once the daemon has run, where it stands, with where the figures come from', async () => {
    const { costs, warnings } = await checkJson();
    expect(costs).toMatchObject({
      file: path.join(stateDir, 'batch-costs.json'),
      state: 'used',
      measured: { from: 'warmUp', ran: { backend: 'onnx', device: 'cpu' } },
    });
    expect(Date.parse(costs.measured?.measuredAt ?? '')).toBeGreaterThan(Date.now() - 300_000);
    const line =
      readFileSync(daemon.configFile, 'utf8')
        .split('\n')
        .findIndex((text) => text.includes(`maxLatencyMs: ${TOO_SHORT_MS}`)) + 1;
    expect(warnings).toMatchObject([{ code: 'BOUND_INFEASIBLE', file: daemon.configFile, line, column: 19, path: 'cameras.hasty.maxLatencyMs' }]);
    const { stderr, stdout } = await check();
    expect(stderr).toMatch(
      new RegExp(
        `^warning: ${daemon.configFile}:${line}:19: cameras\\.hasty\\.maxLatencyMs: hasty: a bound of 10 ms cannot be kept.*\\[BOUND_INFEASIBLE\\]$`,
        'm',
      ),
    );
    expect(stderr).toContain(`from ${costs.file}`);
    expect(() => JSON.parse(stdout) as unknown).not.toThrow();
  });

  it('is taken back by a reload that raises it, and told again by one that lowers it', async () => {
    const change = async (boundMs: number) => {
      writeFileSync(daemon.configFile, readFileSync(daemon.configFile, 'utf8').replace(/(hasty:\n.*\n {4}maxLatencyMs:) \d+/, `$1 ${boundMs}`));
      const reloads = daemon.log().split('the configuration was reloaded').length;
      daemon.kill('SIGHUP');
      await waitFor('it was reloaded', () => daemon.log().split('the configuration was reloaded').length > reloads, 20_000);
    };
    await change(AMPLE_MS);
    expect((await camera('hasty')).bound).toMatchObject({ feasible: true, message: null });
    expect(daemon.log()).toContain('can be kept again');
    await waitFor('a verdict within it', () => newestLedger('hasty')?.bound === AMPLE_MS, 20_000);
    expect(newestLedger('hasty')?.feasible).toBe(true);
    await change(TOO_SHORT_MS);
    expect((await camera('hasty')).bound.feasible).toBe(false);
    expect(daemon.log().split('BOUND_INFEASIBLE').length - 1).toBe(2);
  });

  it('does not change with an engine that is replaced by its like; the replacement is measured, and counted', async () => {
    const before = (await checkJson()).costs.measured?.measuredAt;
    const engine = processTree(daemon.pid).find(({ command }) => command.includes('engine-main'));
    process.kill(engine?.pid ?? -1, 'SIGKILL');
    await waitFor('its costs were kept', async () => (await checkJson()).costs.measured?.measuredAt !== before, 40_000);
    expect((await camera('hasty')).bound.feasible).toBe(false);
    expect((await camera('patient')).bound.feasible).toBe(true);
    expect(await sample('engine_restarts_total')).toBe(1);
    expect(daemon.log().split('BOUND_INFEASIBLE').length - 1).toBe(2);
  });

  it('leaves what the batches have shown when the daemon ends; what is damaged is ignored with a word', async () => {
    const { configFile } = daemon;
    const text = readFileSync(configFile, 'utf8');
    expect((await daemon.stop()).code).toBe(0);
    // The daemon's files go with it.
    const kept = path.join(folder, 'kept.yaml');
    writeFileSync(kept, text, { mode: 0o600 });
    const ask = async () => JSON.parse((await runCommand(['check', '--config', kept, '--json'])).stdout) as Checked;
    expect((await ask()).costs).toMatchObject({ state: 'used', measured: { from: 'running' } });
    writeFileSync(path.join(stateDir, 'batch-costs.json'), '{"format":1,');
    const damaged = await ask();
    expect(damaged).toMatchObject({
      ok: true,
      warnings: [],
      costs: { state: 'ignored', measured: null, message: expect.stringContaining('it is damaged') },
    });
  });
});
