import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build, type Rolldown } from 'vite';
import { jsmpegWithoutStyle } from '../../scripts/jsmpeg-plugin.mjs';
import { root } from './daemon.ts';

/** A page with nothing but a player, as a browser has it that opened it at the daemon: same origin, same policy. */
export interface LivePage {
  readonly page: Page;
  /** Console errors, and violations of the policy. */
  readonly faults: readonly string[];
  /** Sizes of the scripts that were loaded, by name. */
  readonly scripts: ReadonlyMap<string, number>;
}

const ENTRY = 'virtual:live-page';

/** The player as the dashboard would bundle it. */
export async function bundleLivePage(): Promise<ReadonlyMap<string, string>> {
  const player = path.join(root, 'src/dashboard/live/live-player.ts');
  const code = `
    import { LivePlayer } from ${JSON.stringify(player)};
    globalThis.states = [];
    globalThis.openPlayer = (cameraId, mode) => {
      const [video, canvas] = [document.querySelector('video'), document.querySelector('canvas')];
      globalThis.player = new LivePlayer({ cameraId, mode, video, canvas, onState: (state) => globalThis.states.push({ ...state, at: performance.now() }) });
      globalThis.player.start();
    };`;
  const built = (await build({
    ...{ configFile: false, root, logLevel: 'silent', base: '/live-page/' },
    plugins: [
      { name: 'live-page', resolveId: (id) => (id === ENTRY ? `\0${ENTRY}` : null), load: (id) => (id === `\0${ENTRY}` ? code : null) },
      jsmpegWithoutStyle(),
    ],
    build: { write: false, modulePreload: false, rolldownOptions: { input: { entry: ENTRY }, output: { entryFileNames: '[name].js' } } },
  })) as Rolldown.RolldownOutput;
  return new Map(built.output.map((file) => [`/live-page/${file.fileName}`, file.type === 'chunk' ? file.code : String(file.source)]));
}

/** Debian's. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--autoplay-policy=no-user-gesture-required'],
  });
}

export async function openLivePage(browser: Browser, port: number, files: ReadonlyMap<string, string>): Promise<LivePage> {
  const page = await browser.newPage();
  const faults: string[] = [];
  const scripts = new Map<string, number>();
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(String(error)));
  await page.route('**/live-page/**', async (route) => {
    const { pathname } = new URL(route.request().url());
    const body = files.get(pathname);
    if (body === undefined) return route.fulfill({ status: 404 });
    scripts.set(pathname, body.length);
    await route.fulfill({ body, contentType: 'text/javascript' });
  });
  // An answer of the daemon, with its own headers; the elements of a page are put into it.
  const answer = await page.goto(`http://127.0.0.1:${port}/livez`);
  if (!answer?.headers()['content-security-policy']?.includes("style-src 'self'")) throw new Error('the daemon sends no policy');
  await page.evaluate(`new Promise((resolve, reject) => {
    document.body.replaceChildren(document.createElement('video'), document.createElement('canvas'));
    const script = Object.assign(document.createElement('script'), { type: 'module', src: '/live-page/entry.js', onload: resolve, onerror: reject });
    document.head.append(script);
  })`);
  return { page, faults, scripts };
}
