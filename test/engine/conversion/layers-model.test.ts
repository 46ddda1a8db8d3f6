import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readLayersModel } from '../../../src/engine/conversion/layers-model.ts';
import { sha256 } from '../../../src/engine/models/sha256.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'framewatch-layers-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const tensor = (name: string, length: number) => ({ name, shape: [length], dtype: 'float32', quantization: { dtype: 'uint8', scale: 1, min: 0 } });

/** Writes a model of two weight files and reads it, with the hashes that fit unless told otherwise. */
function read(topology: object, files: Readonly<Record<string, Uint8Array>>, hashes: { readonly weights?: string; readonly topology?: string } = {}) {
  const text = JSON.stringify(topology);
  writeFileSync(join(folder, 'model.json'), text);
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  const topologySha256 = hashes.topology ?? sha256(Buffer.from(text));
  const source = { format: 'tfjs-layers', place: { kind: 'local', path: folder }, topologySha256 } as const;
  return readLayersModel(source, hashes.weights ?? sha256(Buffer.concat(Object.values(files))));
}

const TOPOLOGY = {
  modelTopology: { class_name: 'Model' },
  weightsManifest: [{ paths: ['a.bin', 'b.bin'], weights: [tensor('x', 2), tensor('y', 3)] }],
};
const FILES = { 'a.bin': Uint8Array.of(1, 2, 3), 'b.bin': Uint8Array.of(4, 5) };

it('joins the weight files in the order of the manifest: a tensor may span two', async () => {
  const model = await read(TOPOLOGY, FILES);
  expect([...model.data]).toEqual([1, 2, 3, 4, 5]);
  expect(model.specs.map((spec) => spec.name)).toEqual(['x', 'y']);
  expect(model.topology).toEqual({ class_name: 'Model' });
});

it.each(['weights', 'topology'] as const)('refuses %s of another hash and names both hashes', async (what) => {
  const wanted = 'a'.repeat(64);
  await expect(read(TOPOLOGY, FILES, { [what]: wanted })).rejects.toMatchObject({
    code: 'MODEL_HASH_MISMATCH',
    message: expect.stringMatching(`SHA-256 of the ${what} is \\w{64}, .*${wanted}`),
  });
});

it('refuses files that hold more or less than the topology describes', async () => {
  await expect(read(TOPOLOGY, { ...FILES, 'b.bin': Uint8Array.of(4) })).rejects.toThrow('describes 5 bytes of weights, the files hold 4');
});

it('refuses what is no layers-model, and a weight file that is missing', async () => {
  await expect(read({ format: 'graph-model' }, {})).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  await expect(read(TOPOLOGY, {})).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND', message: expect.stringContaining('a.bin') });
});
