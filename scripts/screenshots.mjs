#!/usr/bin/env node
// Writes the pictures of the documentation, docs/images/*.png, from the built program's own demo: `npm run screenshots`.
// Needs what the tests need (`node scripts/setup.mjs --for test`). The pictures differ a little each time: they are of something that lives.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const images = path.join(root, 'docs/images');
const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
/** The demo has to happen first: events, and some minutes of scores. */
const LIVED_MS = 90_000;
const SETTLED_MS = 20_000;

/** @type {{ name: string, path: string, colorScheme: 'light' | 'dark', viewport: { width: number, height: number }, fullPage?: boolean }[]} */
const SHOTS = [
  { name: 'dashboard', path: '/', colorScheme: 'light', viewport: DESK },
  { name: 'dashboard-dark', path: '/', colorScheme: 'dark', viewport: DESK },
  { name: 'dashboard-phone', path: '/', colorScheme: 'light', viewport: PHONE },
  { name: 'dashboard-camera', path: '/camera/easel', colorScheme: 'light', viewport: DESK, fullPage: true },
  { name: 'dashboard-camera-dark', path: '/camera/front_door', colorScheme: 'dark', viewport: DESK, fullPage: true },
  { name: 'dashboard-camera-phone', path: '/camera/front_door', colorScheme: 'dark', viewport: PHONE },
  { name: 'dashboard-events', path: '/events', colorScheme: 'light', viewport: DESK },
  { name: 'dashboard-system', path: '/system', colorScheme: 'light', viewport: DESK },
];

const wanted = process.argv.slice(2);
const port = await freePort();
mkdirSync(path.join(root, '.tmp/screenshots'), { recursive: true });
const demo = spawn(process.execPath, [path.join(root, 'dist/cli/main.js'), 'demo', '--port', String(port)], {
  cwd: path.join(root, '.tmp/screenshots'),
  stdio: ['ignore', 'ignore', 'inherit'],
});
try {
  const url = `http://127.0.0.1:${port}`;
  await ready(`${url}/readyz`);
  say('the demo runs; it is given some time, so that there is something to see');
  await sleep(LIVED_MS);
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  for (const shot of SHOTS) {
    if (wanted.length > 0 && !wanted.includes(shot.name)) continue;
    const context = await browser.newContext({
      viewport: shot.viewport,
      colorScheme: shot.colorScheme,
      deviceScaleFactor: shot.viewport === PHONE ? 2 : 1,
    });
    const page = await context.newPage();
    await page.goto(url + shot.path);
    await page.waitForTimeout(SETTLED_MS);
    await page.screenshot({ path: path.join(images, `${shot.name}.png`), fullPage: shot.fullPage ?? false });
    say(`docs/images/${shot.name}.png`);
    await context.close();
  }
  await browser.close();
} finally {
  demo.kill('SIGTERM');
}

/** @param {string} url */
async function ready(url) {
  for (;;) {
    if (demo.exitCode !== null) throw new Error(`the demo ended with ${demo.exitCode}`);
    const response = await fetch(url).catch(() => null);
    if (response?.ok) return;
    await sleep(500);
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** @param {number} ms */
function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** @param {string} message */
function say(message) {
  process.stderr.write(`screenshots: ${message}\n`);
}
