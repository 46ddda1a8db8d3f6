import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { listModels, type ModelFolders, readManifest, readModelFacts } from '../../../src/engine/models/model-store.ts';

const NAME = 'inception-v3-content-safety';
const ZOO = 'inception-v1-imagenet';
const BUNDLED = fileURLToPath(new URL('../../../models', import.meta.url));

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

it('ships what it takes to pull Inception v1, and that nothing is expected of it yet', () => {
  const manifest = readManifest(ZOO, folders);
  expect(manifest).toMatchObject({
    weightsSha256: 'ec956d393dd467b6d9e0b17b8c8227c534b936bfbcdc82343a3a7238375775f0',
    ...{ inputSize: 224, selfTest: null, labelsLicense: { spdx: 'Apache-2.0' } },
    source: { place: { kind: 'pulled', bytes: 28_020_356 } },
  });
  const { labels, labelTitles } = manifest;
  expect([labels.length, new Set(labels.map((label) => label.toLowerCase())).size]).toEqual([1000, 1000]);
  // Places by which the order of the classes is known: the first, both cranes, the last.
  expect([0, 134, 517, 999].map((index) => labels[index])).toEqual(['tench', 'crane (bird)', 'crane (machine)', 'toilet tissue']);
  expect(labelTitles['tench']).toBe('tench, Tinca tinca');
  const { place } = manifest.source;
  expect(place.kind === 'pulled' && place.files.at(-1)).toBe(join(folders.stateDir, 'models', ZOO, 'inception-v1-8.onnx'));
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
  expect(listModels(folders)).toEqual(['another', ZOO, NAME]);
});

it.each(['nothing', '../models/inception-v3-content-safety', '', 'A'])('does not find %j and says what is there', (name) => {
  expect(() => readManifest(name, folders)).toThrow(
    expect.objectContaining({ code: 'MODEL_NOT_FOUND', message: expect.stringContaining(`there is ${ZOO}, ${NAME}`) }),
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
