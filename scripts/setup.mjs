#!/usr/bin/env node
// Sets up everything a purpose needs, from a bare Debian 12 with Node, npm and git. Idempotent, and quick when nothing is missing.
// Only Node's own modules here: it runs before there is a node_modules.
//
//   node scripts/setup.mjs [--for run|demo|test] [--gpu | --no-gpu] [--no-build] [--quiet]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const modules = path.join(root, 'node_modules');
const { values: options } = parseArgs({
  options: {
    for: { type: 'string', default: 'run' },
    gpu: { type: 'boolean' },
    'no-gpu': { type: 'boolean' },
    'no-build': { type: 'boolean' },
    quiet: { type: 'boolean' },
  },
});

const FFMPEG = { package: 'ffmpeg', present: () => findFfmpeg() !== null };
/** What tests need on top: a broker and an RTSP server that are not ours, and the tools the fault tests provoke faults with. */
const TEST_PARTS = [
  // The tests call it by name, also to make their clips: one that only the daemon would find is not enough.
  { package: 'ffmpeg', present: () => onPath('ffmpeg') },
  { package: 'chromium', present: () => onPath('chromium') },
  { package: 'mosquitto', present: () => onPath('mosquitto') },
  { package: 'mosquitto-clients', present: () => onPath('mosquitto_sub') },
  { package: 'python3-gi', present: () => pythonFinds('gi') },
  // What Home Assistant renders its templates with.
  { package: 'python3-jinja2', present: () => pythonFinds('jinja2') },
  { package: 'gir1.2-gst-rtsp-server-1.0', present: () => typelib('GstRtspServer-1.0') },
  { package: 'gir1.2-gstreamer-1.0', present: () => typelib('Gst-1.0') },
  { package: 'gir1.2-gst-plugins-base-1.0', present: () => typelib('GstApp-1.0') },
  { package: 'gstreamer1.0-tools', present: () => onPath('gst-launch-1.0') },
  { package: 'gstreamer1.0-plugins-good', present: () => plugin('libgstrtp.so') },
  { package: 'gstreamer1.0-plugins-bad', present: () => plugin('libgstvideoparsersbad.so') },
  { package: 'gstreamer1.0-plugins-ugly', present: () => plugin('libgstx264.so') },
  { package: 'gstreamer1.0-libav', present: () => plugin('libgstlibav.so') },
  // The dashboard is tested in a real browser. The tests call it by this path: another one's chromium on the PATH may be a script that downloads one.
  { package: 'chromium', present: () => executable('/usr/bin/chromium') },
  { package: 'fonts-dejavu-core', present: () => existsSync('/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf') },
];
/** @typedef {{ package: string, present: () => boolean }} Part */
/** @type {Record<string, Part[]>} */
const PURPOSES = { run: [FFMPEG], demo: [FFMPEG], test: TEST_PARTS };

const parts = PURPOSES[options.for];
if (!parts) fail(`--for ${options.for}: unknown purpose (one of ${Object.keys(PURPOSES).join(', ')})`, 64);
checkNode();
installDependencies();
installSystemPackages(parts);
if (parts === TEST_PARTS) listGstreamerPlugins();
installTensorFlow();
if (!options['no-build']) run(process.execPath, [path.join(root, 'scripts/build.mjs')]);
say('ready');

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 12)) fail(`Node ${process.versions.node} is too old: 20.12 or newer is needed`);
}

/** Once a lockfile: the stamp in node_modules says for which one it was installed. */
function installDependencies() {
  const stamp = path.join(modules, '.framewatch-lock');
  const wanted = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('installing npm dependencies (npm ci)');
  rmSync(stamp, { force: true });
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', options.quiet ? 'ignore' : 'inherit', 'inherit'],
  });
  if (status !== 0) fail('npm ci failed: its own messages above say why. Is the npm registry reachable?');
  writeFileSync(stamp, wanted);
}

/** @param {Part[]} wanted */
function installSystemPackages(wanted) {
  const missing = wanted.filter((part) => !part.present()).map((part) => part.package);
  if (missing.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (!onPath('apt-get')) fail(`these Debian packages (or your distribution's equivalents) are missing: ${missing.join(' ')}`);
  const prefix = asRoot();
  if (!prefix) fail(`these packages are missing, and installing them needs root: ${missing.join(' ')}\nrun:  sudo apt-get update && sudo ${command}`);
  say(`installing Debian packages: ${missing.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  apt(prefix, ['update', '-qq'], env);
  apt(prefix, ['install', '-y', '-qq', '--no-install-recommends', ...missing], env);
  const still = wanted.filter((part) => !part.present()).map((part) => part.package);
  if (still.length > 0) fail(`apt-get succeeded, yet these are still not usable: ${still.join(' ')}`);
}

/** @param {string[]} prefix @param {string[]} args @param {NodeJS.ProcessEnv} env */
function apt(prefix, args, env) {
  const [file = '', ...before] = [...prefix, 'apt-get'];
  const result = spawnSync(file, [...before, ...args], { env, encoding: 'utf8', maxBuffer: 64 << 20 });
  if (result.status !== 0) fail(`apt-get ${args[0]} failed:\n${result.stdout ?? ''}${result.stderr ?? ''}`);
}

/** How to become root: nothing, sudo (which asks, when there is somebody to ask), or not at all. */
function asRoot() {
  if (process.getuid?.() === 0) return [];
  if (!onPath('sudo')) return null;
  if (spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0) return ['sudo', '-n'];
  return process.stdin.isTTY ? ['sudo'] : null;
}

/** GStreamer opens each of its hundreds of plugins when it is used for the first time, and remembers. Once, before tests start several of it together. */
function listGstreamerPlugins() {
  const { status } = spawnSync('gst-inspect-1.0', ['--exists', 'rtspsrc'], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) fail('GStreamer does not find its own RTSP source: gst-inspect-1.0 rtspsrc says why');
}

/**
 * TensorFlow's packages download hundreds of megabytes, so they are optional peers: with --gpu, or where an NVIDIA device is
 * seen, they are installed beside the others without touching the lockfile.
 */
function installTensorFlow() {
  const seen = existsSync('/dev/nvidia0') || existsSync('/proc/driver/nvidia/version');
  if (options['no-gpu'] || !(options.gpu ?? seen)) return;
  if (existsSync(path.join(modules, '@tensorflow/tfjs-node-gpu/package.json'))) return;
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major >= 23) return problem(`@tensorflow/tfjs-node-gpu 4.22 does not run on Node ${process.versions.node}: use Node 20 or 22`);
  say('installing @tensorflow/tfjs-node-gpu (downloads TensorFlow, several hundred megabytes)');
  const { status } = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '@tensorflow/tfjs-node-gpu@4.22.0'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) problem('@tensorflow/tfjs-node-gpu could not be installed; docs/gpu.md says what it needs. The CPU way works without it.');
}

/**
 * Asked for by name it must succeed; found by itself it must not stand in the way.
 * @param {string} message
 */
function problem(message) {
  if (options.gpu) fail(message);
  process.stderr.write(`setup: warning: ${message}\n`);
}

function findFfmpeg() {
  const own = process.env['FFMPEG_PATH'];
  if (own && executable(own)) return own;
  if (onPath('ffmpeg')) return 'ffmpeg';
  try {
    const bundled = createRequire(path.join(root, 'package.json'))('ffmpeg-static');
    return typeof bundled === 'string' && executable(bundled) ? bundled : null;
  } catch {
    return null;
  }
}

/** @param {string} name */
function onPath(name) {
  // mosquitto lives in sbin, which an ordinary user's PATH lacks.
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.some((folder) => folder !== '' && executable(path.join(folder, name)));
}

/** @param {string} file */
function executable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} module */
function pythonFinds(module) {
  return spawnSync('/usr/bin/python3', ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0;
}

/** @param {string} name */
function typelib(name) {
  return libraryFolders().some((folder) => existsSync(path.join(folder, 'girepository-1.0', `${name}.typelib`)));
}

/** @param {string} file */
function plugin(file) {
  return libraryFolders().some((folder) => existsSync(path.join(folder, 'gstreamer-1.0', file)));
}

function libraryFolders() {
  return ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib/arm-linux-gnueabihf', '/usr/lib64', '/usr/lib'];
}

/** @param {string} file @param {string[]} args */
function run(file, args) {
  const { status } = spawnSync(file, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** @param {string} message */
function say(message) {
  if (!options.quiet || message !== 'ready') process.stderr.write(`setup: ${message}\n`);
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message, code = 1) {
  process.stderr.write(`setup: ${message}\n`);
  process.exit(code);
}
