// Boots the built command from a YAML string in a temporary folder, and watches its processes from outside.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const CLOCK_TICKS_PER_SECOND = 100;

/** A port that was free a moment ago. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/**
 * @param {{ yaml: (port: number) => string, stateDir?: string, env?: Record<string, string> }} options `stateDir` is kept, a temporary one is removed.
 */
export async function startDaemon({ yaml, stateDir, env = {} }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'framewatch-'));
  const port = await freePort();
  const file = path.join(folder, 'framewatch.yaml');
  writeFileSync(file, `stateDir: ${stateDir ?? path.join(folder, 'state')}\n${yaml(port)}`);
  const startedAt = performance.now();
  const child = spawn(process.execPath, [path.join(root, 'dist/cli/main.js'), 'run', '--config', file], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log = `${log}${chunk}`.slice(-200_000)));
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));

  /** @param {string} route */
  async function get(route) {
    const response = await fetch(`http://127.0.0.1:${port}${route}`, { signal: AbortSignal.timeout(5000) });
    return { ok: response.ok, status: response.status, text: await response.text() };
  }

  return {
    pid: /** @type {number} */ (child.pid),
    port,
    log: () => log,
    get,
    /** @returns {Promise<any>} */
    json: async (/** @type {string} */ route) => JSON.parse((await get(route)).text),
    /** Milliseconds from spawn to ready. */
    async ready(limitMs = 180_000) {
      while (performance.now() - startedAt < limitMs) {
        if (child.exitCode !== null) throw new Error(`the daemon ended with ${child.exitCode}:\n${log.slice(-3000)}`);
        if (
          await get('/readyz').then(
            (answer) => answer.ok,
            () => false,
          )
        )
          return performance.now() - startedAt;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`not ready after ${limitMs} ms:\n${log.slice(-3000)}`);
    },
    async stop() {
      child.kill('SIGTERM');
      const code = await ended;
      rmSync(folder, { recursive: true, force: true });
      return code;
    },
  };
}

/** CPU seconds and resident bytes of a process and all below it, by role. */
export function usage(/** @type {number} */ pid) {
  const processes = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const pages = Number(readFileSync(`/proc/${name}/statm`, 'utf8').split(' ')[1]);
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      processes.set(Number(name), {
        parent: Number(fields[1]),
        cpu: (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND,
        rss: pages * 4096,
        command,
      });
    } catch {
      // Ended while we looked.
    }
  }
  const total = { daemon: { cpu: 0, rss: 0, count: 0 }, engine: { cpu: 0, rss: 0, count: 0 }, children: { cpu: 0, rss: 0, count: 0 } };
  for (const [id, entry] of processes) {
    if (id !== pid && !descends(id)) continue;
    const role = id === pid ? 'daemon' : entry.command.includes('engine') && entry.command.includes('node') ? 'engine' : 'children';
    total[role].cpu += entry.cpu;
    total[role].rss += entry.rss;
    total[role].count += 1;
  }
  return total;

  function descends(/** @type {number} */ id) {
    for (let at = processes.get(id); at; at = processes.get(at.parent)) if (at.parent === pid) return true;
    return false;
  }
}

/** Prints rows of strings and numbers as an aligned table. */
export function table(/** @type {string[]} */ head, /** @type {(string | number)[][]} */ rows) {
  const cells = [
    head,
    ...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? (Number.isInteger(cell) ? String(cell) : cell.toFixed(2)) : cell))),
  ];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  for (const row of cells)
    console.log(row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '));
}
