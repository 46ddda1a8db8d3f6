import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkCached, removeCached, writeCached } from '../../../src/engine/models/model-cache.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'framewatch-cache-'));
  file = join(folder, 'models', 'm.onnx');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bytes = Buffer.alloc(300_000, 'weights');

it('finds what it wrote, and nothing besides', async () => {
  expect(await checkCached(file)).toBe('absent');
  await writeCached(file, bytes);
  expect(await checkCached(file)).toBe('valid');
  expect(readdirSync(join(folder, 'models')).sort()).toEqual(['m.onnx', 'm.onnx.sha256']);
});

it('sees one flipped bit, a truncated file, a hash that is missing', async () => {
  await writeCached(file, bytes);
  const flipped = Buffer.from(bytes);
  flipped.writeUInt8(flipped.readUInt8(200_000) ^ 1, 200_000);
  writeFileSync(file, flipped);
  expect(await checkCached(file)).toBe('corrupted');
  writeFileSync(file, bytes.subarray(0, 1000));
  expect(await checkCached(file)).toBe('corrupted');
  await writeCached(file, bytes);
  rmSync(`${file}.sha256`);
  expect(await checkCached(file)).toBe('corrupted');
});

it('lets many write at once without anybody ever reading half a file', async () => {
  await writeCached(file, bytes);
  const writing = Promise.all(Array.from({ length: 8 }, () => writeCached(file, bytes)));
  for (let look = 0; look < 10; look++) expect(await checkCached(file)).toBe('valid');
  await writing;
  expect(await checkCached(file)).toBe('valid');
  expect(readdirSync(join(folder, 'models')).sort()).toEqual(['m.onnx', 'm.onnx.sha256']);
});

it('removes what a killed process left, but not what another one is writing', async () => {
  await writeCached(file, bytes);
  const [old, fresh] = [join(folder, 'models', '.m.onnx.1-a.tmp'), join(folder, 'models', '.m.onnx.2-b.tmp')];
  writeFileSync(old, 'half');
  writeFileSync(fresh, 'half');
  utimesSync(old, new Date(0), new Date(0));
  await writeCached(file, bytes);
  expect(readdirSync(join(folder, 'models')).sort()).toEqual(['.m.onnx.2-b.tmp', 'm.onnx', 'm.onnx.sha256']);
});

it('removes what is said to be old, with its hash, and minds no missing folder', async () => {
  await writeCached(file, bytes);
  await writeCached(join(folder, 'models', 'old.onnx'), bytes);
  expect(await removeCached(join(folder, 'models'), (name) => name === 'old.onnx')).toEqual(['old.onnx']);
  expect(readdirSync(join(folder, 'models')).sort()).toEqual(['m.onnx', 'm.onnx.sha256']);
  expect(await removeCached(join(folder, 'nowhere'), () => true)).toEqual([]);
});
