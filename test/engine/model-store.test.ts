import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { listModels, type ModelFolders, readManifest, readModelFacts } from '../../src/engine/model-store.ts';

const NAME = 'inception-v3-content-safety';
const BUNDLED = fileURLToPath(new URL('../../models', import.meta.url));

let folders: ModelFolders;
beforeEach(() => {
  folders = { modelsDir: BUNDLED, stateDir: mkdtempSync(join(tmpdir(), 'framewatch-store-')) };
});
afterEach(() => rmSync(folders.stateDir, { recursive: true, force: true }));

it('gives the configuration the facts of the bundled model', () => {
  expect(readModelFacts(NAME, folders)).toEqual({
    labels: ['Drawing', 'Hentai', 'Neutral', 'Porn', 'Sexy'],
    defaultRules: { unsafe: { labels: ['Porn', 'Hentai', 'Sexy'] } },
  });
});

it('takes a model of the state folder before one of the same name that is bundled', () => {
  const own = join(folders.stateDir, 'models', NAME);
  cpSync(join(BUNDLED, NAME), own, { recursive: true });
  writeFileSync(join(own, 'model.yaml'), readFileSync(join(own, 'model.yaml'), 'utf8').replace(/^title: .*$/m, 'title: Mine'));
  expect(readManifest(NAME, folders)).toMatchObject({ title: 'Mine', folder: own });
});

it('lists the models of both folders, but not folders without a manifest', () => {
  cpSync(join(BUNDLED, NAME), join(folders.stateDir, 'models', 'another'), { recursive: true });
  mkdirSync(join(folders.stateDir, 'models', 'empty'));
  expect(listModels(folders)).toEqual(['another', NAME]);
});

it.each(['nothing', '../models/inception-v3-content-safety', '', 'A'])('does not find %j and says what is there', (name) => {
  expect(() => readManifest(name, folders)).toThrow(
    expect.objectContaining({ code: 'MODEL_NOT_FOUND', message: expect.stringContaining(`there is ${NAME}`) }),
  );
});

it('says which labels file is missing', () => {
  const own = join(folders.stateDir, 'models', NAME);
  cpSync(join(BUNDLED, NAME), own, { recursive: true });
  rmSync(join(own, 'labels.yaml'));
  expect(() => readManifest(NAME, folders)).toThrow(
    expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringContaining('labels.yaml') }),
  );
});
