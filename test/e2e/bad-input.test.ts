import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FEW_BATCH_SIZES, runCommand, startDaemon } from '../helpers/daemon.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'framewatch-bad-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CAMERA = 'cameras: { door: { url: "rtsp://127.0.0.1:9/x" } }';

/** Starts the daemon on `yaml`; it must end by itself. */
async function run(yaml: string, env: NodeJS.ProcessEnv = process.env) {
  const file = path.join(folder, 'framewatch.yaml');
  writeFileSync(file, `stateDir: ${path.join(folder, 'state')}\n${yaml}\n`, { mode: 0o600 });
  return runCommand(['run', '--config', file], { env });
}

describe('a configuration that cannot be run ends with 78 and says all that is wrong', () => {
  it.each([
    ['an unknown key', `${CAMERA}\nbatchin: {}`, /framewatch\.yaml:3:1: batchin: .*batching/],
    ['a wrong type', `${CAMERA}\nhttp: { port: many }`, /framewatch\.yaml:3:15: http\.port: /],
    ['a camera twice', 'cameras:\n  door: { url: "rtsp://h/x" }\n  DOOR: { url: "rtsp://h/x" }', /framewatch\.yaml:4:3: /],
    ['a bad URL', 'cameras: { door: { url: "gopher://h/x" } }', /cameras\.door\.url: /],
    ['a missing model', `${CAMERA}\nmodel: no-such-model`, /model: .*no-such-model/],
    ['a missing variable', 'cameras: { door: { url: "rtsp://h/x", username: u, password: "${FRAMEWATCH_TEST_UNSET}" } }', /FRAMEWATCH_TEST_UNSET/],
    ['a public address without login', `${CAMERA}\nhttp: { host: 0.0.0.0, auth: { mode: none } }`, /http\.auth/],
  ])('%s', async (_what, yaml, message) => {
    const { code, stderr } = await run(yaml);
    expect(code).toBe(78);
    expect(stderr).toMatch(message);
  });

  it('several at once, one a line', async () => {
    const { code, stderr } = await run('nonsense: 1\nhttp: { port: -1 }\ncameras: { door: { url: "ftp://h" } }');
    expect(code).toBe(78);
    expect(stderr.trim().split('\n')).toHaveLength(3);
  });

  it('a missing file, and a missing ffmpeg', async () => {
    const missing = await runCommand(['run', '--config', path.join(folder, 'not-there.yaml')]);
    expect(missing.code).toBe(78);
    expect(missing.stderr).toContain('not-there.yaml');
    const without = await run(`${CAMERA}\nffmpeg: { path: /no/such/ffmpeg }\nmqtt: { enabled: false }\nhttp: { enabled: false }`);
    expect(without.code).toBe(78);
    expect(without.stderr).toContain('FFMPEG_NOT_FOUND');
  });
});

describe('a GPU that is not there', () => {
  /** Hidden also where there is one. */
  const HIDDEN = { CUDA_VISIBLE_DEVICES: '', VK_DRIVER_FILES: '/nowhere', VK_ICD_FILENAMES: '/nowhere' };
  const wanted = (onUnavailable: string) =>
    `engine: { backend: onnx, device: gpu, onUnavailable: ${onUnavailable} }\n${FEW_BATCH_SIZES}\nmqtt: { enabled: false }\n${CAMERA}`;

  it('ends the daemon with 78 and the reason of each way, where the CPU is not wanted instead', async () => {
    const { code, stderr, stdout } = await run(`${wanted('fail')}\nhttp: { enabled: false }`, { ...process.env, ...HIDDEN });
    expect(code).toBe(78);
    expect(stderr + stdout).toMatch(/ENGINE_DEVICE_UNAVAILABLE.*cuda: .*webgpu: /s);
  });

  it('is told by log, /readyz, /api/stats and metrics, where the CPU does it', async () => {
    const daemon = await startDaemon({ yaml: wanted('cpu'), env: HIDDEN });
    try {
      await daemon.ready();
      expect(await daemon.json('/readyz')).toMatchObject({ ready: true, reasons: [expect.stringMatching(/could not use a GPU \(cuda: /)] });
      expect(await daemon.json('/api/stats')).toMatchObject({ engine: { device: 'cpu', fallback: expect.stringContaining('could not use a GPU') } });
      expect((await daemon.get('/metrics')).text).toMatch(/^framewatch_engine_info\{[^}]*device="cpu"/m);
      expect(daemon.log()).toContain('the engine does not run as the configuration asks');
    } finally {
      await daemon.stop();
    }
  });
});

describe('what a restart may cure ends with 1', () => {
  it('a port that another program has', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    try {
      const { code, stderr } = await run(`${CAMERA}\nmqtt: { enabled: false }\nhttp: { port: ${port}, auth: { mode: none } }`);
      expect(code).toBe(1);
      expect(stderr).toContain('HTTP_PORT_IN_USE');
      expect(stderr).toContain(String(port));
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  });

  it('a state directory that another daemon has; the first is not disturbed', async () => {
    const stateDir = path.join(folder, 'shared-state');
    const yaml = `${CAMERA}\nmqtt: { enabled: false }\n${FEW_BATCH_SIZES}\n`;
    const first = await startDaemon({ yaml, stateDir });
    try {
      await first.ready();
      const second = await startDaemon({ yaml, stateDir });
      expect(await second.ended).toBe(1);
      expect(second.log()).toContain('STORE_LOCKED');
      expect(second.log()).toContain(String(first.pid));
      expect((await first.get('/livez')).status).toBe(200);
    } finally {
      await first.stop();
    }
  });
});

describe('the daemon keeps running without what can come back', () => {
  it('a broker that is away', async () => {
    const daemon = await startDaemon({ yaml: `${CAMERA}\nmqtt: { url: "mqtt://127.0.0.1:9" }\n${FEW_BATCH_SIZES}\n` });
    try {
      await daemon.ready();
      const stats = await daemon.json<{ mqtt: { connected: boolean; error: string | null } }>('/api/stats');
      expect(stats.mqtt.connected).toBe(false);
      expect(daemon.log()).toContain('MQTT_UNREACHABLE');
    } finally {
      expect((await daemon.stop()).code).toBe(0);
    }
  });
});

describe('the command line', () => {
  it('exits with 64 on wrong usage and 0 on help and version', async () => {
    expect((await runCommand(['nonsense'])).code).toBe(64);
    expect((await runCommand(['run', '--nonsense'])).code).toBe(64);
    expect((await runCommand(['demo', '--seconds', 'soon'])).code).toBe(64);
    expect((await runCommand(['help'])).code).toBe(0);
    const version = await runCommand(['--version']);
    expect(version.code).toBe(0);
    expect(version.stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('checks without running, and prints no secret', async () => {
    const file = path.join(folder, 'check.yaml');
    writeFileSync(file, 'cameras: { door: { url: "rtsp://h/x", username: u, password: hunter2hunter2 } }\n', { mode: 0o600 });
    const { code, stdout, stderr } = await runCommand(['check', '--config', file, '--json']);
    expect(code).toBe(0);
    expect(stdout + stderr).not.toContain('hunter2');
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, config: { cameras: { door: { password: '***' } } } });
    writeFileSync(file, 'cameras: { door: { ur: 1 } }\n');
    const wrong = await runCommand(['check', '--config', file, '--json']);
    expect(wrong.code).toBe(78);
    expect(JSON.parse(wrong.stdout)).toMatchObject({ ok: false, errors: [{ path: expect.stringContaining('door') }, {}] });
  });
});
