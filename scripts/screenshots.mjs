#!/usr/bin/env node
// Writes the pictures of the documentation, docs/images/PAGE-LOOK.png, from the built program: `npm run screenshots [-- NAME …]`. Most are of its demo.
// Needs what the tests need (`node scripts/setup.mjs --for test`). The pictures differ a little each time: they are of something that lives.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const images = path.join(root, 'docs/images');
const work = path.join(root, '.tmp/screenshots');
/** The demo has to happen first: events, and some minutes of scores. */
const LIVED_MS = 90_000;
const SETTLED_MS = 20_000;

const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
/** @type {Readonly<Record<string, { colorScheme: 'light' | 'dark', viewport: { width: number, height: number }, deviceScaleFactor: number }>>} */
const LOOKS = {
  light: { colorScheme: 'light', viewport: DESK, deviceScaleFactor: 1 },
  dark: { colorScheme: 'dark', viewport: DESK, deviceScaleFactor: 1 },
  phone: { colorScheme: 'dark', viewport: PHONE, deviceScaleFactor: 2 },
};

const wanted = process.argv.slice(2);
rmSync(path.join(work, 'empty'), { recursive: true, force: true });
mkdirSync(path.join(work, 'empty'), { recursive: true });
const [demoPort, emptyPort] = [await freePort(), await freePort()];
const stateDir = path.join(work, 'empty/state');
// JSON is YAML.
const nothing = { stateDir, http: { port: emptyPort, auth: { mode: 'token' } }, mqtt: { enabled: false }, cameras: {} };
writeFileSync(path.join(work, 'empty/framewatch.yaml'), JSON.stringify(nothing));
const demo = framewatch('demo', '--port', String(demoPort));
const empty = framewatch('run', '--config', path.join(work, 'empty/framewatch.yaml'));
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  const [demoUrl, emptyUrl] = [`http://127.0.0.1:${demoPort}`, `http://127.0.0.1:${emptyPort}`];
  await Promise.all([ready(demo, `${demoUrl}/readyz`), ready(empty, `${emptyUrl}/readyz`)]);
  say('the demo runs; it is given some time, so that there is something to see');
  await sleep(LIVED_MS);
  const event = await endedEvent(demoUrl);
  const token = readFileSync(path.join(stateDir, 'http-token'), 'utf8').trim();
  /** @type {{ page: string, url: string, fullPage?: boolean, isLoggedIn?: boolean }[]} */
  const pages = [
    { page: 'wall', url: `${demoUrl}/` },
    { page: 'camera', url: `${demoUrl}/camera/easel`, fullPage: true },
    { page: 'events', url: `${demoUrl}/events` },
    { page: 'event', url: `${demoUrl}/events/${event}`, fullPage: true },
    { page: 'system', url: `${demoUrl}/system`, fullPage: true },
    { page: 'login', url: `${emptyUrl}/login` },
    { page: 'empty', url: `${emptyUrl}/`, isLoggedIn: true },
  ];
  for (const { page, url, fullPage = false, isLoggedIn = false } of pages) {
    const looks = Object.entries(LOOKS).filter(([look]) => wanted.length === 0 || wanted.includes(`${page}-${look}`));
    await Promise.all(looks.map(([look, options]) => picture(`${page}-${look}`, { url, options, fullPage, token: isLoggedIn ? token : null })));
  }
} finally {
  await browser.close();
  demo.kill('SIGTERM');
  empty.kill('SIGTERM');
}

/**
 * @param {string} name
 * @param {{ url: string, options: import('playwright-core').BrowserContextOptions, fullPage: boolean, token: string | null }} shot
 */
async function picture(name, { url, options, fullPage, token }) {
  const context = await browser.newContext(options);
  if (token !== null) await context.request.post(new URL('/login', url).href, { data: { token } });
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForTimeout(SETTLED_MS);
  const file = path.join(images, `${name}.png`);
  await sharp(await page.screenshot({ fullPage }))
    .png({ palette: true, quality: 90, effort: 8 })
    .toFile(file);
  await context.close();
  say(path.relative(root, file));
}

/**
 * An event with its strip of pictures, which is there some seconds after its beginning.
 * @param {string} url
 * @returns {Promise<string>}
 */
async function endedEvent(url) {
  for (;;) {
    const response = await fetch(`${url}/api/events?type=end&limit=20`);
    const { events } = /** @type {{ events: { id: string, strip: string | null }[] }} */ (await response.json());
    const found = events.find(({ strip }) => strip !== null);
    if (found) return found.id;
    await sleep(500);
  }
}

/** @param {...string} argv */
function framewatch(...argv) {
  return spawn(process.execPath, [path.join(root, 'dist/cli/main.js'), ...argv], { cwd: work, stdio: ['ignore', 'ignore', 'inherit'] });
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {string} url
 */
async function ready(child, url) {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${child.spawnargs.slice(2).join(' ')}: ended with ${child.exitCode}`);
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
