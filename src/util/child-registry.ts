import type { ChildProcess } from 'node:child_process';

const living = new Set<ChildProcess>();
let listening = false;

/**
 * Promises that `child` does not outlive this process: whatever is still alive when the process exits (with a code of its own or by an uncaught
 * fault; nothing can be done against SIGKILL) is killed at once. A safety net under the orderly end that the child's owner is responsible for:
 * `process.exit` waits for no grace period. The child is forgotten when it has exited; one that could not be started is not remembered at all.
 */
export function killAtExit(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  if (!listening) {
    listening = true;
    process.on('exit', killLiving);
  }
  living.add(child);
  child.once('exit', () => {
    living.delete(child);
  });
}

function killLiving(): void {
  for (const child of living) child.kill('SIGKILL');
}
