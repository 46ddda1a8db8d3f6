import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, hostname, tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { root } from '../helpers/daemon.ts';

// Engines are measured by `bench` itself, which has tests of its own: those steps are left out here. By hand the whole rehearsal was run.

const SCRIPT = path.join(root, 'scripts/gpu-acceptance.sh');
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'framewatch-kit-'));
  mkdirSync(path.join(folder, 'tmp'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function kit(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const report = path.join(folder, 'report.md');
  const child = spawn(SCRIPT, ['--report', report, ...args], {
    env: { ...process.env, TMPDIR: path.join(folder, 'tmp'), ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stderr, report: existsSync(report) ? readFileSync(report, 'utf8') : '' };
}

/** The outcome of each step, by name. */
function outcomes(report: string): Record<string, string> {
  const [, steps = ''] = /## Steps\n\n[^\n]*\n[^\n]*\n(.*?)\n\n/s.exec(report) ?? [];
  return Object.fromEntries(
    steps
      .split('\n')
      .map((row) => row.split('|').map((cell) => cell.trim()))
      .map(([, step = '', outcome = '']) => [step, outcome]),
  );
}

describe('scripts/gpu-acceptance.sh', () => {
  it('rehearses on a CPU: the self-test and the daemon in earnest, and a report that does not claim anything of a GPU', async () => {
    const skips = ['install', 'bench-engine', 'bench-pipeline'].flatMap((step) => ['--skip', step]);
    const { code, report } = await kit(['--cpu-rehearsal', '--seconds', '3', '--rate', '2', ...skips]);
    expect(outcomes(report)).toEqual({
      ...{ machine: 'passed', install: 'skipped', versions: 'passed', 'self-test': 'passed' },
      ...{ 'bench-engine': 'skipped', 'bench-pipeline': 'skipped', run: 'passed' },
    });
    expect(code).toBe(0);
    expect(report).toContain('**Rehearsal on a CPU: says nothing about a GPU.**');
    expect(report).not.toContain('ACCEPTED');
    expect(report).toMatch(/^\| cpu \| passed \| onnx cpu float32 \| 1, 2 \|/m);
    expect(report).toMatch(/^\| wasm \| passed \| wasm cpu float32 \| 1, 2 \|/m);
    expect(report).toMatch(/^\| engine \| onnx cpu float32 \|$/m);
    expect(report).toMatch(/^\| verdicts \| [1-9]\d*, /m);
    expect(report).toMatch(/^\| memory, MiB, at the end \| daemon \d+, engine \d+, ffmpeg \d+ \|$/m);
    const own = [homedir(), hostname(), root, ...(userInfo().username === 'root' ? [] : [userInfo().username])];
    for (const name of own.filter((text) => text.length > 2)) expect(report).not.toContain(name);
    // Native libraries leave files of their own there.
    expect(readdirSync(path.join(folder, 'tmp')).filter((name) => name.startsWith('framewatch'))).toEqual([]);
  }, 600_000);

  it('goes on after a step that failed, writes down why, and ends with 1', async () => {
    // No driver is found, and no device is seen, also where there is one.
    const hidden = { CUDA_VISIBLE_DEVICES: '', VK_DRIVER_FILES: '/nowhere', VK_ICD_FILENAMES: '/nowhere' };
    const { code, report } = await kit(['--skip', 'install', '--seconds', '1'], hidden);
    expect(code).toBe(1);
    expect(report).toContain('**Verdict: NOT ACCEPTED: no way to the GPU passed the self-test; skipped: install**');
    expect(outcomes(report)).toMatchObject({ versions: 'passed', 'self-test': 'failed', 'bench-engine': 'failed', run: 'failed' });
    expect(report).toMatch(/^\| cuda \| failed \|.*ONNX Runtime could not use a GPU/m);
    expect(report).toMatch(/^\| run \| failed \| no way passed the self-test \|$/m);
    expect(report).not.toContain('Rehearsal');
  }, 600_000);

  it.each([['--nonsense'], ['--seconds'], ['--seconds', 'many'], ['--skip', 'lunch'], ['--cameras', '0']])('%s %s is misuse', async (...args) => {
    const { code, stderr } = await kit(args);
    expect(code).toBe(64);
    expect(stderr).toContain('usage: scripts/gpu-acceptance.sh');
  });
});
