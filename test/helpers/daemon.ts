import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { waitFor } from './wait-for.ts';

export const root: string = path.resolve(import.meta.dirname, '../..');
const command: string = path.join(root, 'dist/cli/main.js');
const LONGEST_LOG = 1_000_000;
/** A line of a configuration where batch sizes do not matter: two of them instead of five, and warm-up takes a quarter of the time. */
export const FEW_BATCH_SIZES = 'batching: { maxBatchSize: 2, allowedBatchSizes: [1, 2] }';

export interface DaemonOptions {
  /** The configuration; `stateDir` and `http` are added to it. */
  readonly yaml: string;
  /** Default: HTTP needs no token. With `token` it lies in `<stateDir>/http-token`, and `get` and `json` do not send it. */
  readonly auth?: 'none' | 'token';
  /** Default: any free one. For a daemon that comes back. */
  readonly port?: number;
  /** Kept when given; else a temporary one, removed at the end. */
  readonly stateDir?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** For `framewatch run`, beside `--config`. */
  readonly args?: readonly string[];
  /** A command that starts it, such as `strace -D …`: it takes the daemon's as its last arguments, and the daemon has the started process's id. */
  readonly under?: readonly string[];
  /** False: a cache of its own, empty with a new `stateDir`. Else the converted model is shared by all. */
  readonly sharesCache?: boolean;
}

export interface Daemon {
  readonly pid: number;
  readonly port: number;
  readonly stateDir: string;
  readonly configFile: string;
  /** All that it wrote to standard output and standard error. */
  log(): string;
  get(route: string): Promise<{ readonly status: number; readonly text: string }>;
  json<T>(route: string): Promise<T>;
  /** Waits until it is ready; ms from spawn to ready. Throws when it ends before. */
  ready(limitMs?: number): Promise<number>;
  kill(signal: NodeJS.Signals): void;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** SIGTERM, waits for the end, removes its files. Gives the exit code and how long it took, ms. */
  stop(): Promise<{ readonly code: number | NodeJS.Signals; readonly tookMs: number }>;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Boots the built command from a YAML string in a temporary folder. */
export async function startDaemon({
  yaml,
  stateDir: wanted,
  env = {},
  args = [],
  under = [],
  sharesCache = true,
  auth = 'none',
  port: wantedPort,
}: DaemonOptions): Promise<Daemon> {
  const folder = mkdtempSync(path.join(tmpdir(), 'framewatch-daemon-'));
  const stateDir = wanted ?? path.join(folder, 'state');
  if (sharesCache) shareCache(stateDir);
  const port = wantedPort ?? (await freePort());
  const configFile = path.join(folder, 'framewatch.yaml');
  writeFileSync(configFile, `stateDir: ${stateDir}\nhttp: { port: ${port}, auth: { mode: ${auth} } }\n${yaml}`, { mode: 0o600 });
  const startedAt = performance.now();
  const [file = '', ...argv] = [...under, process.execPath, command, 'run', '--config', configFile, ...args];
  const child = spawn(file, argv, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      log = `${log}${chunk.toString()}`.slice(-LONGEST_LOG);
    });
  }
  const ended = new Promise<number | NodeJS.Signals>((resolve) => child.once('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL')));
  const get = async (route: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${route}`, { signal: AbortSignal.timeout(5000) });
    return { status: response.status, text: await response.text() };
  };
  return {
    ...{ pid: child.pid ?? 0, port, stateDir, configFile, ended, get },
    log: () => log,
    json: async <T>(route: string) => JSON.parse((await get(route)).text) as T,
    async ready(limitMs = 180_000) {
      await waitFor(
        'the daemon is ready',
        async () => {
          if (child.exitCode !== null || child.signalCode !== null)
            throw new Error(`the daemon ended with ${child.exitCode ?? child.signalCode}:\n${log.slice(-4000)}`);
          return get('/readyz').then(
            ({ status }) => status === 200,
            () => false,
          );
        },
        limitMs,
      );
      return performance.now() - startedAt;
    },
    kill: (signal) => void child.kill(signal),
    async stop() {
      const askedAt = performance.now();
      child.kill('SIGTERM');
      const code = await ended;
      rmSync(folder, { recursive: true, force: true });
      return { code, tookMs: performance.now() - askedAt };
    },
  };
}

/** The converted model is the same for all tests: made by the first that needs it. */
export function shareCache(stateDir: string): void {
  const shared = path.join(root, '.tmp/test-cache');
  mkdirSync(shared, { recursive: true });
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const cache = path.join(stateDir, 'cache');
  if (!existsSync(cache)) symlinkSync(shared, cache);
}

/** Runs one command of `framewatch` to its end; sends it SIGINT once it has printed `interruptAfter` on standard error. */
export async function runCommand(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly interruptAfter?: string } = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [command, ...args], { cwd: options.cwd, env: options.env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    if (options.interruptAfter !== undefined && stderr.includes(options.interruptAfter) && !child.killed) child.kill('SIGINT');
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}
