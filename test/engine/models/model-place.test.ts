import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openModelFiles } from '../../../src/engine/models/model-place.ts';

const PLACE = { kind: 'npm', packageName: 'nsfwjs', path: 'dist/models/mobilenet_v2' } as const;

describe('openModelFiles of an npm package', () => {
  it('cuts topology and weights out of their scripts', async () => {
    const files = await openModelFiles(PLACE);
    const topology = files.parseTopology() as { weightsManifest: { paths: string[]; weights: { shape: number[] }[] }[] };
    const [group] = topology.weightsManifest;
    const bytes = await files.readWeights(group?.paths[0] ?? '');
    const described = group?.weights.reduce((sum, { shape }) => sum + shape.reduce((product, extent) => product * extent, 1), 0);
    expect(bytes).toHaveLength(described ?? 0);
  });

  it('says which package is not installed, and which file is missing', async () => {
    await expect(openModelFiles({ ...PLACE, packageName: 'no-such-package' })).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
      message: expect.stringContaining('no-such-package'),
    });
    await expect(openModelFiles({ ...PLACE, path: 'elsewhere' })).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
      message: expect.stringContaining('elsewhere'),
    });
  });

  it('refuses a script that holds no weights', async () => {
    const files = await openModelFiles(PLACE);
    await expect(files.readWeights('model')).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });
});

it('openModelFiles of a folder says which topology is not JSON', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'framewatch-place-'));
  try {
    writeFileSync(join(folder, 'model.json'), '{');
    const files = await openModelFiles({ kind: 'local', path: folder });
    expect(() => files.parseTopology()).toThrow(expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringContaining('model.json') }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
