#!/usr/bin/env node
// Compiles src/ to dist/ when something changed since the last build; says nothing when nothing did.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');
const stamp = path.join(dist, '.build-hash');

function hashOfInputs() {
  const hash = createHash('sha256');
  const files = readdirSync(path.join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  for (const name of ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json', 'scripts/build.mjs', 'scripts/jsmpeg-plugin.mjs'])
    files.push(path.join(root, name));
  for (const file of files) hash.update(path.relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

/** @param {string} project */
function tsc(project) {
  const bin = path.join(root, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [bin, '-p', project], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** One bundle for all pages, and one for the login, which stands alone. Nothing is put inline: the Content-Security-Policy would refuse it. */
async function bundleDashboard() {
  const [{ build }, { jsmpegWithoutStyle }] = await Promise.all([import('vite'), import('./jsmpeg-plugin.mjs')]);
  const folder = path.join(root, 'src/dashboard');
  await build({
    configFile: false,
    root: folder,
    logLevel: 'warn',
    plugins: [jsmpegWithoutStyle()],
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir: path.join(dist, 'dashboard'),
      // It is empty already, with the whole of dist.
      emptyOutDir: false,
      target: 'es2023',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      rolldownOptions: { input: { index: path.join(folder, 'index.html'), login: path.join(folder, 'login.html') } },
    },
  });
}

const wanted = hashOfInputs();
if (!process.argv.includes('--force') && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) process.exit(0);
rmSync(stamp, { force: true });
// Without this, what was deleted from src would live on in dist.
rmSync(dist, { recursive: true, force: true });
tsc('tsconfig.build.json');
await bundleDashboard();
const main = path.join(dist, 'cli/main.js');
if (existsSync(main)) chmodSync(main, 0o755);
writeFileSync(stamp, wanted);
