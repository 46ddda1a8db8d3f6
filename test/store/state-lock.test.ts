import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { lockStateDirectory } from '../../src/store/state-lock.ts';
import { builtEntryPoint } from '../../src/util/entry-point.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const SINCE = '2026-01-01T00:00:00.000Z';

it('is held against other processes, says by whom, and is gone with a killed process', async () => {
  const stateDir = temporaryDirectory();
  const file = builtEntryPoint(new URL('../../src/store/x.ts', import.meta.url).href, 'state-lock');
  const program = `
    const { lockStateDirectory } = await import(${JSON.stringify(file)});
    lockStateDirectory(${JSON.stringify(stateDir)}, { pid: process.pid, instance: 'garage', since: '${SINCE}' });
    console.log('locked');
    setInterval(() => {}, 1_000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  const mine = { pid: process.pid, instance: 'attic', since: SINCE };
  expect(() => lockStateDirectory(stateDir, mine)).toThrow(`in use by process ${holder.pid} (instance garage, since ${SINCE})`);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  lockStateDirectory(stateDir, mine).release();
  lockStateDirectory(stateDir, mine).release();
});

it('is held, and names nobody, when its holder cannot be written down', () => {
  const stateDir = temporaryDirectory();
  const stale = join(stateDir, 'daemon.lock.json');
  writeFileSync(stale, JSON.stringify({ pid: 1, instance: 'of before', since: SINCE }));
  // A folder in its place stops root, too, as a full disk would.
  mkdirSync(`${stale}.tmp`);
  const lock = lockStateDirectory(stateDir, { pid: process.pid, instance: 'attic', since: SINCE });
  expect(existsSync(stale)).toBe(false);
  lock.release();
});
