import { fileURLToPath } from 'node:url';

/**
 * The built JavaScript file of a worker or child process that stands beside the calling module.
 * Child processes and worker threads are started by file, and Node 20 cannot run TypeScript: under the test runner, where the
 * caller is `src/a/b.ts`, this is `dist/a/name.js` (the test set-up builds it); in the built program it is the sibling.
 */
export function builtEntryPoint(callerUrl: string, name: string): string {
  const sibling = fileURLToPath(new URL(`./${name}.js`, callerUrl));
  return callerUrl.endsWith('.ts') ? sibling.replace(/([/\\])src([/\\](?!.*[/\\]src[/\\]))/, '$1dist$2') : sibling;
}
