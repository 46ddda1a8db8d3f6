import { spawnSync } from 'node:child_process';
import path from 'node:path';

/** Worker threads and child processes run from dist: build it when it is stale. */
export default function setup(): void {
  if (process.env['FRAMEWATCH_SKIP_BUILD'] === '1') return;
  const script = path.resolve(import.meta.dirname, '../../scripts/build.mjs');
  const { status } = spawnSync(process.execPath, [script], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the build failed; the tests need dist/');
}
