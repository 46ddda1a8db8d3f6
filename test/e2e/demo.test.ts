import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort, runCommand } from '../helpers/daemon.ts';

describe('framewatch demo', () => {
  it('shows cameras, broker, dashboard and events that begin and end, and ends by itself', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'framewatch-demo-'));
    mkdirSync(path.join(folder, 'home'));
    try {
      const { code, stdout, stderr } = await runCommand(['demo', '--port', String(await freePort()), '--seconds', '40'], { cwd: folder });
      expect(stderr).toBe('');
      expect(code).toBe(0);
      const lines = stdout.split('\n');
      expect(lines.filter((line) => line.startsWith('camera '))).toHaveLength(4);
      expect(stdout).toMatch(/^broker {5}mqtt:\/\/127\.0\.0\.1:\d+/m);
      expect(stdout).toMatch(/^dashboard {2}http:\/\/127\.0\.0\.1:\d+/m);
      const starts = lines.filter((line) => / drawing +start +Drawing (0\.\d\d|1\.00) /.test(line)).map((line) => line.split(/\s+/)[1]);
      expect(new Set(starts).size).toBeGreaterThanOrEqual(2);
      expect(lines.some((line) => / drawing +end .*\(exit\)/.test(line))).toBe(true);
      expect(lines.at(-2)).toBe('ended');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 240_000);
});
