import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { putInPlace } from '../../../src/engine/models/model-import.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';

it('puts a model in the place of another, and that one back when it cannot', async () => {
  const root = temporaryDirectory();
  const [made, folder, old] = [join(root, 'made'), join(root, 'model'), join(root, 'old')];
  for (const path of [made, folder]) {
    mkdirSync(path);
    writeFileSync(join(path, 'model.yaml'), path);
  }
  await expect(putInPlace(join(root, 'missing'), folder, old)).rejects.toThrow('ENOENT');
  expect(readFileSync(join(folder, 'model.yaml'), 'utf8')).toBe(folder);
  await putInPlace(made, folder, old);
  expect(readFileSync(join(folder, 'model.yaml'), 'utf8')).toBe(made);
  expect(readFileSync(join(old, 'model.yaml'), 'utf8')).toBe(folder);
});
