import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hashSavedModel, savedModelFiles } from '../../../src/engine/models/saved-model-files.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';

function savedModel(): string {
  const folder = temporaryDirectory();
  for (const name of ['variables', 'assets']) mkdirSync(join(folder, name));
  for (const name of [
    'saved_model.pb',
    'variables/variables.index',
    'variables/variables.data-00000-of-00001',
    'assets/words.txt',
    'keras_metadata.pb',
  ])
    writeFileSync(join(folder, name), `bytes of ${name}`);
  return folder;
}

it('lists what a SavedModel runs on, and nothing else', async () => {
  expect(await savedModelFiles(savedModel())).toEqual([
    'assets/words.txt',
    'saved_model.pb',
    'variables/variables.data-00000-of-00001',
    'variables/variables.index',
  ]);
});

it('hashes as a person can with sha256sum', async () => {
  const folder = savedModel();
  const { stdout } = spawnSync('sh', ['-c', 'LC_ALL=C; sha256sum assets/* saved_model.pb variables/* | sha256sum'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(await hashSavedModel(folder)).toBe(stdout.slice(0, 64));
});

it.each(['saved_model.pb', 'variables/variables.index', 'assets/words.txt'])(
  'sees a flipped byte, a missing and a further file: %s',
  async (name) => {
    const folder = savedModel();
    const before = await hashSavedModel(folder);
    writeFileSync(join(folder, name), `bytes of ${name.toUpperCase()}`);
    const changed = await hashSavedModel(folder);
    writeFileSync(join(folder, name), `bytes of ${name}`);
    expect(await hashSavedModel(folder)).toBe(before);
    writeFileSync(join(folder, 'variables', 'more'), '');
    expect(new Set([before, changed, await hashSavedModel(folder)]).size).toBe(3);
  },
);

it('follows links, as they lie in the caches of model hubs', async () => {
  const folder = savedModel();
  const before = await hashSavedModel(folder);
  const name = join(folder, 'variables', 'variables.data-00000-of-00001');
  renameSync(name, join(folder, 'blob'));
  symlinkSync('../blob', name);
  expect(await hashSavedModel(folder)).toBe(before);
  symlinkSync('nowhere', join(folder, 'variables', 'broken'));
  await expect(hashSavedModel(folder)).rejects.toThrow('ENOENT');
});

it('refuses a folder that is none', async () => {
  await expect(savedModelFiles(temporaryDirectory())).rejects.toMatchObject({
    code: 'MODEL_NOT_FOUND',
    message: expect.stringContaining('is no SavedModel'),
  });
});
