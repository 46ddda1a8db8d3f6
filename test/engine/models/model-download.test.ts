import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type DownloadOptions, downloadFile } from '../../../src/engine/models/model-download.ts';
import { sha256 } from '../../../src/engine/models/sha256.ts';
import { type Clock, systemClock } from '../../../src/util/clock.ts';
import { connectProxy, fileServer } from '../../helpers/file-server.ts';
import { noise } from '../../helpers/small-model.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';

const FILE = Buffer.from(noise(200_000, 5));
const OTHER = Buffer.from(noise(200_000, 6));

/** Time in which a download only waits for the next try (whole seconds) is over at once; how long it would have been is written down. */
function impatientClock(): Clock & { readonly waits: number[] } {
  const waits: number[] = [];
  const setTimer: Clock['setTimer'] = (ms, fire) => {
    if (ms % 1000 !== 0) return systemClock.setTimer(ms, fire);
    waits.push(ms);
    return systemClock.setTimer(0, fire);
  };
  return { ...systemClock, waits, setTimer };
}

function download(sources: readonly string[], changed: Partial<DownloadOptions> = {}) {
  const folder = temporaryDirectory();
  const clock = impatientClock();
  const seen: number[] = [];
  const options: DownloadOptions = {
    ...{ target: join(folder, 'models', 'm.onnx'), sources, bytes: FILE.length, sha256: sha256(FILE), clock, env: {}, stallMs: 9999 },
    signal: new AbortController().signal,
    onProgress: ({ received }) => void seen.push(received),
    ...changed,
  };
  return { options, clock, seen, run: () => downloadFile(options), there: () => readdirSync(join(options.target, '..')).sort() };
}

describe('downloadFile', () => {
  it('brings the file, tells how far it is, and leaves nothing else', async () => {
    const { url } = await fileServer(FILE);
    const { run, options, seen, there } = download([url]);
    expect(await run()).toEqual({ state: 'downloaded', source: url, resumedFrom: 0 });
    expect(readFileSync(options.target).equals(FILE)).toBe(true);
    expect(there()).toEqual(['m.onnx']);
    expect(seen.at(-1)).toBe(FILE.length);
    expect(seen).toEqual(seen.toSorted((one, other) => one - other));
  });

  it('asks for nothing when the right file is there', async () => {
    const { url, ranges } = await fileServer(FILE);
    const { run } = download([url]);
    await run();
    expect(await run()).toEqual({ state: 'present', source: null, resumedFrom: 0 });
    expect(ranges).toHaveLength(1);
  });

  it('goes on where the connection broke, if the file is still the same', async () => {
    const server = await fileServer(FILE, { etag: '"one"', cutAfter: [60_000, 50_000] });
    const { run, options, clock } = download([server.url], { onProgress: ({ received }) => server.taken(received) });
    expect(await run()).toMatchObject({ state: 'downloaded' });
    expect(server.ranges).toEqual([null, 'bytes=60000-', 'bytes=110000-']);
    expect(server.headers()['if-range']).toBe('"one"');
    expect(readFileSync(options.target).equals(FILE)).toBe(true);
    // Something came each time: it is patient, but not long.
    expect(clock.waits).toEqual([1000, 1000]);
  });

  it('goes on in a later call where an earlier one was broken off', async () => {
    const server = await fileServer(FILE, { etag: '"one"', pieces: 20 });
    const ending = new AbortController();
    const first = download([server.url], { signal: ending.signal, onProgress: ({ received }) => received > 50_000 && ending.abort() });
    await expect(first.run()).rejects.toThrow();
    expect(first.there()).toEqual(['m.onnx.part', 'm.onnx.part.json']);
    const outcome = await downloadFile({ ...first.options, signal: new AbortController().signal, onProgress: () => undefined });
    expect(outcome.resumedFrom).toBeGreaterThan(50_000);
    expect(readFileSync(first.options.target).equals(FILE)).toBe(true);
  });

  it('begins anew when the file has changed meanwhile', async () => {
    const server = await fileServer(OTHER, { etag: '"old"', cutAfter: [60_000] });
    const onProgress: DownloadOptions['onProgress'] = ({ received }) => {
      server.serve(FILE, '"new"');
      server.taken(received);
    };
    const { run, options } = download([server.url], { onProgress });
    expect(await run()).toMatchObject({ state: 'downloaded', resumedFrom: 0 });
    expect(readFileSync(options.target).equals(FILE)).toBe(true);
  });

  it('begins anew at a server that does not resume, or does not say what it serves', async () => {
    for (const behaviour of [{ etag: '"one"', ignoresRange: true }, { etag: 'W/"weak"' }, {}]) {
      const server = await fileServer(FILE, { ...behaviour, cutAfter: [60_000] });
      const { run, options } = download([server.url], { onProgress: ({ received }) => server.taken(received) });
      expect(await run()).toMatchObject({ state: 'downloaded', resumedFrom: 0 });
      expect(server.ranges).toHaveLength(2);
      expect(readFileSync(options.target).equals(FILE)).toBe(true);
    }
  });

  it('does not believe a part that an earlier process left: it is dropped, and the whole file fetched', async () => {
    const server = await fileServer(FILE, { etag: '"one"' });
    const { run, options } = download([server.url]);
    await run();
    writeFileSync(`${options.target}.part`, OTHER.subarray(0, 100_000));
    writeFileSync(`${options.target}.part.json`, JSON.stringify({ source: server.url, validator: '"one"' }));
    writeFileSync(options.target, 'damaged');
    expect(await run()).toMatchObject({ resumedFrom: 0 });
    expect(server.ranges).toEqual([null, 'bytes=100000-', null]);
    expect(readFileSync(options.target).equals(FILE)).toBe(true);
  });

  it('takes a whole part that an earlier process left without looking at it', async () => {
    const { run, options } = download(['/nowhere']);
    await expect(run()).rejects.toThrow();
    writeFileSync(`${options.target}.part`, FILE);
    expect(await run()).toEqual({ state: 'downloaded', source: null, resumedFrom: FILE.length });
  });

  it('refuses another file of the same size, and keeps what was there', async () => {
    const server = await fileServer(OTHER);
    const { run, options, there } = download([server.url]);
    await expect(run()).rejects.toMatchObject({
      code: 'MODEL_HASH_MISMATCH',
      message: expect.stringContaining(`${server.url}: what came has SHA-256 ${sha256(OTHER)}`),
    });
    expect(there()).toEqual([]);
    writeFileSync(options.target, 'what was good before');
    await expect(run()).rejects.toMatchObject({ code: 'MODEL_HASH_MISMATCH' });
    expect(readFileSync(options.target, 'utf8')).toBe('what was good before');
  });

  it.each([
    ['that says another size', { withoutLength: false }, 'it has 200001 bytes, 200000 are wanted'],
    ['that says no size and sends more', { withoutLength: true }, 'it has more than the 200000 bytes that are wanted'],
  ])('refuses a server %s', async (_, behaviour, reason) => {
    const server = await fileServer(Buffer.concat([FILE, Buffer.of(0)]), behaviour);
    await expect(download([server.url]).run()).rejects.toMatchObject({ code: 'MODEL_DOWNLOAD_FAILED', message: expect.stringContaining(reason) });
    expect(server.ranges).toHaveLength(1);
  });

  it('tries again when the server is busy, gives up when it says no, and goes to the next source', async () => {
    const busy = await fileServer(FILE, { statuses: [503, 429] });
    const { run, clock } = download([busy.url]);
    expect(await run()).toMatchObject({ state: 'downloaded' });
    expect(clock.waits).toEqual([2000, 4000]);
    const gone = await fileServer(FILE, { statuses: [404, 404] });
    await expect(download([gone.url]).run()).rejects.toMatchObject({ code: 'MODEL_DOWNLOAD_FAILED', message: `${gone.url}: it answers 404` });
    expect(await download([gone.url, busy.url]).run()).toMatchObject({ source: busy.url });
  });

  it('keeps what came while the server is busy, and goes on from there', async () => {
    const server = await fileServer(FILE, { etag: '"one"', cutAfter: [150_000], statuses: [undefined, 503, 429] });
    const { run, options } = download([server.url], { onProgress: ({ received }) => server.taken(received) });
    expect(await run()).toMatchObject({ state: 'downloaded', resumedFrom: 150_000 });
    expect(server.ranges).toEqual([null, 'bytes=150000-', 'bytes=150000-', 'bytes=150000-']);
    expect(readFileSync(options.target).equals(FILE)).toBe(true);
  });

  it.each([
    ['an address that is none', 'http://', {}, 'Invalid URL'],
    ['a proxy that speaks no HTTP', 'http://127.0.0.1:1/m', { ALL_PROXY: 'socks5://127.0.0.1:1' }, 'Invalid URL protocol'],
  ])('does not try %s again', async (_, source, env, reason) => {
    const { run, clock } = download([source], { env });
    await expect(run()).rejects.toMatchObject({ code: 'MODEL_DOWNLOAD_FAILED', message: expect.stringContaining(reason) });
    expect(clock.waits).toEqual([]);
  });

  it('does not open what is not a file: a pipe would keep it waiting for ever', async () => {
    const pipe = join(temporaryDirectory(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(download([pipe]).run()).rejects.toMatchObject({ code: 'MODEL_DOWNLOAD_FAILED', message: `${pipe}: it is not a file` });
  });

  it('gives up at a server that does not answer, or sends nothing any more', async () => {
    const server = await fileServer(FILE, { stalls: true, etag: '"one"' });
    const { run, there } = download([server.url], { stallMs: 250 });
    await expect(run()).rejects.toMatchObject({ code: 'MODEL_DOWNLOAD_FAILED', message: `${server.url}: nothing came for 0.25 s` });
    expect(there()).toEqual(['m.onnx.part', 'm.onnx.part.json']);
    // A byte a try; a machine that stands still for a moment may have missed one.
    const offsets = server.ranges.map((range) => Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0));
    expect(offsets).toHaveLength(4);
    expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
    expect(offsets.at(-1)).toBeGreaterThan(0);
    const closed = download(['http://127.0.0.1:1/m']);
    await expect(closed.run()).rejects.toMatchObject({ code: 'MODEL_DOWNLOAD_FAILED', message: expect.stringContaining('ECONNREFUSED') });
  });

  it('follows redirects, in circles only so far', async () => {
    const server = await fileServer(FILE, { redirects: { '/a': '/b', '/b': '/model.onnx', '/circle': '/circle', '/away': 'ftp://away.test/m' } });
    const at = (path: string) => server.url.replace('/model.onnx', path);
    expect(await download([at('/a')]).run()).toMatchObject({ state: 'downloaded', source: at('/a') });
    await expect(download([at('/circle')]).run()).rejects.toThrow('more than 5 redirects');
    await expect(download([at('/away')]).run()).rejects.toThrow('it sends to ftp://away.test, which is not https');
  });

  it('reads from a file, by path or address, with the same care', async () => {
    const folder = temporaryDirectory();
    const [good, bad] = [join(folder, 'good'), join(folder, 'bad')];
    writeFileSync(good, FILE);
    writeFileSync(bad, OTHER);
    for (const source of [good, pathToFileURL(good).href]) expect(await download([source]).run()).toMatchObject({ state: 'downloaded', source });
    await expect(download([bad]).run()).rejects.toMatchObject({ code: 'MODEL_HASH_MISMATCH' });
    const missing = download([join(folder, 'missing')]);
    await expect(missing.run()).rejects.toMatchObject({ code: 'MODEL_DOWNLOAD_FAILED', message: expect.stringContaining('ENOENT') });
    expect(missing.clock.waits).toEqual([]);
  });

  it('goes through the proxy that the environment names, but not to hosts that it excepts', async () => {
    const [server, proxy] = [await fileServer(FILE), await connectProxy()];
    const { host } = new URL(server.url);
    await download([server.url], { env: { http_proxy: proxy.url } }).run();
    expect(proxy.asked).toEqual([host]);
    await download([server.url], { env: { http_proxy: proxy.url, NO_PROXY: '127.0.0.1' } }).run();
    expect(proxy.asked).toEqual([host]);
    await expect(download([server.url], { env: { HTTP_PROXY: 'http://user:secret@127.0.0.1:1' } }).run()).rejects.toThrow(
      /^(?!.*secret).*ECONNREFUSED/,
    );
  });

  it('gives the credentials of an address to the server, and to no message', async () => {
    const server = await fileServer(FILE, { statuses: [undefined, 403] });
    const address = server.url.replace('http://', 'http://me:pass%20word@');
    expect(await download([address]).run()).toMatchObject({ source: server.url });
    expect(server.headers().authorization).toBe(`Basic ${Buffer.from('me:pass word').toString('base64')}`);
    await expect(download([`${address}?signature=abc`]).run()).rejects.toMatchObject({ message: `${server.url}: it answers 403` });
  });

  it('lets only one process write a file', async () => {
    const server = await fileServer(FILE);
    const { run, options } = download([server.url]);
    await run();
    writeFileSync(options.target, 'damaged');
    writeFileSync(`${options.target}.part.lock`, String(process.ppid));
    await expect(run()).rejects.toMatchObject({
      code: 'MODEL_DOWNLOAD_FAILED',
      message: expect.stringContaining(`process ${process.ppid} is downloading`),
    });
    // The lock of a process that is gone is nobody's.
    writeFileSync(`${options.target}.part.lock`, '999999999');
    expect(await run()).toMatchObject({ state: 'downloaded' });
    expect(existsSync(`${options.target}.part.lock`)).toBe(false);
    // In a container the process that was killed had the same pid as this one.
    writeFileSync(options.target, 'damaged');
    writeFileSync(`${options.target}.part.lock`, String(process.pid));
    expect(await run()).toMatchObject({ state: 'downloaded' });
    writeFileSync(options.target, 'damaged');
    const both = await Promise.allSettled([run(), run()]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});
