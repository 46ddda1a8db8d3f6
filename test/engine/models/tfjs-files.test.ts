import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readManifest } from '../../../src/engine/models/model-store.ts';
import { sha256 } from '../../../src/engine/models/sha256.ts';
import { readTfjsFiles, splitModelJson } from '../../../src/engine/models/tfjs-files.ts';
import { writeSmallGraph } from '../../helpers/small-graph.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';

it('reads a graph with its signature, where newer and where older converters put it', () => {
  const manifest = { weightsManifest: [{ paths: ['a.bin'], weights: [{ name: 'w' }] }], modelTopology: { node: [] } };
  expect(splitModelJson({ ...manifest, signature: { inputs: 1 } })).toMatchObject({
    signature: { inputs: 1 },
    weightFiles: ['a.bin'],
    weights: [{ name: 'w' }],
  });
  expect(splitModelJson({ ...manifest, userDefinedMetadata: { signature: { inputs: 2 } } }).signature).toEqual({ inputs: 2 });
  expect(splitModelJson(manifest).signature).toBeUndefined();
});

it.each(['model.json', 'group1-shard1of1.bin'])('refuses one flipped bit of a graph in %s', async (name) => {
  const modelsDir = temporaryDirectory();
  const graph = writeSmallGraph(modelsDir);
  const { source, weightsSha256 } = readManifest(graph.name, { modelsDir, stateDir: modelsDir });
  if (source.format !== 'tfjs-graph') expect.unreachable();
  else {
    expect((await readTfjsFiles(source, weightsSha256)).weights).toHaveLength(4);
    const file = join(modelsDir, graph.name, name);
    const bytes = readFileSync(file);
    bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40);
    writeFileSync(file, bytes);
    await expect(readTfjsFiles(source, weightsSha256)).rejects.toMatchObject({
      code: 'MODEL_HASH_MISMATCH',
      message: expect.stringContaining(join(modelsDir, graph.name)),
    });
  }
});

it.each(['../../etc/passwd', '/etc/passwd', 'a/../../b', ''])('does not read a weight file outside of the folder: %s', async (name) => {
  const folder = temporaryDirectory();
  const text = JSON.stringify({ modelTopology: {}, weightsManifest: [{ paths: [name], weights: [] }] });
  writeFileSync(join(folder, 'model.json'), text);
  const reading = readTfjsFiles({ format: 'tfjs-graph', place: { kind: 'local', path: folder }, topologySha256: sha256(Buffer.from(text)) }, '');
  await expect(reading).rejects.toMatchObject({ code: 'MODEL_INVALID', message: expect.stringContaining('outside its folder') });
});
