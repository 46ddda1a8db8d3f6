import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { builtEntryPoint } from '../../src/util/entry-point.ts';
import { waitFor } from '../helpers/wait-for.ts';

const REGISTRY = pathToFileURL(builtEntryPoint(new URL('../../src/util/child-registry.ts', import.meta.url).href, 'child-registry')).href;

/** Runs a program that starts a child which ignores SIGTERM, prints its pid and then does `last`; gives that pid. */
async function leaveChild(last: string, registered = true): Promise<number> {
  const program = `
    import { spawn } from 'node:child_process';
    import { killAtExit } from '${REGISTRY}';
    for (let gone = 0; gone < 20; gone++) killAtExit(spawn('/no/such/program').on('error', () => {}));
    const child = spawn('/bin/sh', ['-c', "trap '' TERM; echo ready; while :; do sleep 0.1; done"], { stdio: ['ignore', 'pipe', 'ignore'] });
    if (${registered}) killAtExit(child);
    child.stdout.once('data', () => {
      process.stdout.write(child.pid + ' ' + process.listenerCount('exit') + ' ');
      ${last}
    });`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [pid, exitListeners] = (await text(parent.stdout)).split(' ');
  expect(Number(exitListeners)).toBeLessThanOrEqual(1);
  return Number(pid);
}

function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

describe('killAtExit', () => {
  it.each(['process.exit(3);', 'throw new Error("unexpected");'])('leaves no child behind after %s', async (last) => {
    const pid = await leaveChild(last);
    expect(pid).toBeGreaterThan(1);
    await waitFor(`the end of ${pid}`, () => !isRunning(pid), 2000);
  });

  it('is what ends them: without it the same child lives on', async () => {
    const pid = await leaveChild('process.exit(3);', false);
    expect(isRunning(pid)).toBe(true);
    process.kill(pid, 'SIGKILL');
  });
});
