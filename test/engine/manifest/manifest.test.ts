import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type ModelManifest, parseManifest } from '../../../src/engine/manifest/manifest.ts';
import { NO_NORMALISATION } from '../../../src/engine/network-source.ts';
import { FramewatchError } from '../../../src/util/errors.ts';

const NAME = 'inception-v3-content-safety';
const FOLDER = fileURLToPath(new URL(`../../../models/${NAME}`, import.meta.url));
const MANIFEST = readFileSync(`${FOLDER}/model.yaml`, 'utf8');
const LABELS = readFileSync(`${FOLDER}/labels.yaml`, 'utf8');

const parse = (manifest: string, labels = LABELS): ModelManifest =>
  parseManifest({ folder: '/m', pulledFolder: '/s/models/m', manifest, readLabels: () => labels }, NAME);

/** The lines of the error that parsing throws, with the change made to the bundled manifest. */
function problems(change: (manifest: string) => string, labels = LABELS): readonly string[] {
  try {
    parse(change(MANIFEST), labels);
  } catch (error) {
    if (error instanceof FramewatchError && error.code === 'MODEL_INVALID') return error.message.split('\n');
    throw error;
  }
  return [];
}

const lineOf = (text: string) => MANIFEST.slice(0, MANIFEST.indexOf(text)).split('\n').length;

it('docs/models.md describes every field', () => {
  const text = readFileSync(new URL('../../../docs/models.md', import.meta.url), 'utf8');
  const fields = [...MANIFEST.matchAll(/^ {0,2}(\w+):/gm)].map(([, field]) => field ?? '').filter((field) => field !== 'unsafe');
  expect(fields).toEqual(expect.arrayContaining(['schema', 'topologySha256', 'normalisation', 'tolerance']));
  for (const field of fields) expect(text).toMatch(new RegExp(`\\b${field}\\b`));
});

describe('the bundled manifest', () => {
  it('is valid and says what the network is', () => {
    const manifest = parse(MANIFEST);
    expect(manifest.labels).toEqual(['Drawing', 'Hentai', 'Neutral', 'Porn', 'Sexy']);
    expect(manifest.defaultRules).toEqual({ unsafe: { labels: ['Porn', 'Hentai', 'Sexy'] } });
    expect(manifest).toMatchObject({ inputSize: 299, fit: 'stretch' });
    const normalisation = { mean: [0, 0, 0], scale: [255, 255, 255] };
    expect(manifest.input).toEqual({ name: null, layout: 'nhwc', dtype: 'float32', colourOrder: 'rgb', normalisation });
    expect(manifest.source).toMatchObject({ format: 'tfjs-layers', place: { kind: 'npm', packageName: 'nsfwjs' } });
    expect(manifest.outputs).toEqual({ classes: 'dense_3', kind: 'probabilities', features: 'flatten_1' });
    expect(manifest.featureSize).toBe(2048);
    expect(manifest.labelTitles['Neutral']).toBe('Neutral picture');
  });

  it('expects features of every picture', () => {
    const { selfTest } = parse(MANIFEST);
    expect(selfTest?.featureTolerance).toBe(0.02);
    for (const { features } of selfTest?.pictures ?? []) expect(features?.projections).toHaveLength(8);
  });

  it('expects probabilities that add up to 1', () => {
    for (const { expected } of parse(MANIFEST).selfTest?.pictures ?? expect.unreachable()) {
      expect(Object.values(expected).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 3);
    }
  });
});

describe('parseManifest', () => {
  it('reports every problem of a file at once, each at its line', () => {
    const found = problems((text) =>
      text.replace('scale: 255', 'scale: 0').replace('colourOrder: rgb', 'colourOrder: grb').replace('license:', 'licence:'),
    );
    expect(found).toHaveLength(4);
    expect(found.join('\n')).toContain(
      `/m/model.yaml:${lineOf('normalisation: {')}:36: input.normalisation.scale: a number above 0, or a list of 3, was expected`,
    );
    expect(found.join('\n')).toContain(`/m/model.yaml:${lineOf('colourOrder')}:16: input.colourOrder: one of rgb, bgr was expected`);
    expect(found.join('\n')).toContain('licence: unknown key');
    expect(found.join('\n')).toContain('license: a mapping was expected');
  });

  it.each([
    ['a hash that is none', (text: string) => text.replace(/weightsSha256: \w+/, 'weightsSha256: 12'), 'weightsSha256: a SHA-256'],
    ['a name that is not the folder’s', (text: string) => text.replace(`name: ${NAME}`, 'name: other'), 'the folder is called'],
    ['a rule with a label that does not exist', (text: string) => text.replace('[Porn,', '[Pron,'), 'the model has no label Pron'],
    [
      'a rule with an unknown key',
      (text: string) => text.replace('labels: [Porn, Hentai, Sexy]', 'labels: [Porn], entr: 0.5'),
      'defaultRules.unsafe.entr: unknown key',
    ],
    [
      'a self-test without a label that is not 0',
      (text: string) => text.replace('Drawing: 0.167198, ', ''),
      'pictures[0].expected: adds up to 0.833, not 1',
    ],
    [
      'a self-test with a label that does not exist',
      (text: string) => text.replace('Drawing: 0.167198, ', 'Drawin: 0.167198, '),
      'the model has no label Drawin',
    ],
    ['a drawing that does not exist', (text: string) => text.replace('drawing: sunset', 'drawing: portrait'), 'no drawing is called portrait'],
    ['another schema', (text: string) => text.replace('schema: 1', 'schema: 2'), 'schema: 1 was expected'],
    ['a labels file elsewhere', (text: string) => text.replace('labels: labels.yaml', 'labels: ../../etc/passwd'), 'a file beside the manifest'],
    ['a key that stands twice', (text: string) => `${text}\nlabels: other.yaml\n`, 'unique'],
    ['text that is not YAML', () => 'a: [', 'model.yaml:1:'],
  ])('refuses %s', (_, change, message) => {
    expect(problems(change).join('\n')).toContain(message);
  });

  it('refuses a label that stands twice, in the labels file', () => {
    expect(problems((text) => text, '- name: a\n- name: a\n')).toEqual(['/m/labels.yaml:2:9: [1].name: a stands twice']);
  });

  it('keeps the order of labels that look like numbers', () => {
    const manifest = MANIFEST.replace(/expected: .*/g, 'expected: { "9": 1, "1": 0 }').replace('[Porn, Hentai, Sexy]', '["1"]');
    expect(parse(manifest, '- name: "9"\n- name: "1"\n').labels).toEqual(['9', '1']);
  });
});

describe('manifests of the other formats', () => {
  const HASH = 'a'.repeat(64);
  const form = (format: string, parts: { readonly source: string; readonly input: string; readonly outputs: string; readonly selfTest?: string }) =>
    `schema: 1
name: ${NAME}
title: T
architecture: a
format: ${format}
source: ${parts.source}
weightsSha256: ${HASH}
input: ${parts.input}
outputs: ${parts.outputs}
labels: labels.yaml
license: { spdx: MIT, origin: here }
selfTest: ${parts.selfTest ?? 'none'}
`;
  const picture = (features: string) => `{ drawing: skin, seed: 1, expected: { Neutral: 1 }, ${features} }`;
  const refusals = (manifest: string) => problems(() => manifest).map((line) => line.replace(/^.*?model\.yaml:/, ''));

  it('an ONNX file to be pulled: where from, normalisation by channel, channels first, no expected results', () => {
    const manifest = parse(
      form('onnx', {
        source: '{ url: [https://one.test/m.onnx, http://two.test/m.onnx], bytes: 28020356, file: m.onnx }',
        input:
          '{ name: data_0, size: 224, layout: nchw, dtype: float32, colourOrder: bgr, fit: centre-crop, normalisation: { mean: [123.68, 116.779, 103.939], scale: 1 } }',
        outputs: '{ logits: { tensor: fc }, features: { tensor: pool, size: 1024 } }',
      }),
    );
    expect(manifest.source).toEqual({
      format: 'onnx',
      place: {
        kind: 'pulled',
        files: ['/m/m.onnx', '/s/models/m/m.onnx'],
        urls: ['https://one.test/m.onnx', 'http://two.test/m.onnx'],
        bytes: 28_020_356,
      },
    });
    expect(manifest).toMatchObject({ inputSize: 224, fit: 'centre-crop', featureSize: 1024, selfTest: null });
    expect(manifest.input).toMatchObject({ name: 'data_0', layout: 'nchw', colourOrder: 'bgr' });
    expect(manifest.input.normalisation).toEqual({ mean: [123.68, 116.779, 103.939], scale: [1, 1, 1] });
    expect(manifest.outputs).toEqual({ classes: 'fc', kind: 'logits', features: 'pool' });
  });

  it('a graph in a package, a SavedModel in a folder, an ONNX file beside the manifest; networks that take bytes', () => {
    const input = '{ name: x, size: 8, layout: nhwc, dtype: uint8, colourOrder: rgb, fit: letterbox }';
    const outputs = '{ probabilities: { tensor: y } }';
    const source = (format: string, text: string) => parse(form(format, { source: text, input, outputs })).source;
    expect(source('tfjs-graph', `{ npm: some-package, path: dist/model, topologySha256: ${HASH} }`)).toEqual({
      format: 'tfjs-graph',
      place: { kind: 'npm', packageName: 'some-package', path: 'dist/model' },
      topologySha256: HASH,
    });
    expect(source('saved-model', '{ folder: saved_model }')).toEqual({ format: 'saved-model', place: { kind: 'local', path: '/m/saved_model' } });
    expect(source('onnx', '{ file: m.onnx }')).toEqual({ format: 'onnx', place: { kind: 'local', path: '/m/m.onnx' } });
    expect(parse(form('onnx', { source: '{ file: m.onnx }', input, outputs })).input).toMatchObject({
      dtype: 'uint8',
      normalisation: NO_NORMALISATION,
    });
  });

  it('lists every problem of every part at once', () => {
    const found = refusals(
      form('onnx', {
        source: '{ file: ../m.onnx, npm: p, topologySha256: x }',
        input: '{ size: 0, layout: nchw, dtype: uint8, colourOrder: rgb, fit: crop, normalisation: { mean: 0, scale: 1 } }',
        outputs: '{ logits: { layer: y }, probabilities: { tensor: z } }',
        selfTest: '{ tolerance: 0.01, pictures: [] }',
      }),
    );
    expect(found).toEqual([
      '6:9: source.path: a path inside the package was expected',
      '6:33: source.npm: stands beside file: a model comes from one place',
      expect.stringMatching(/^6:\d+: source\.topologySha256: unknown key/),
      '8:8: input.name: a text was expected',
      expect.stringContaining('input.size: pixels, 1…2048 was expected'),
      expect.stringContaining('input.fit: one of stretch, centre-crop, letterbox was expected'),
      expect.stringContaining('input.normalisation: a network that takes uint8 normalises by itself'),
      expect.stringContaining('outputs.logits: stands beside probabilities'),
      expect.stringContaining('outputs.logits.tensor: a text was expected'),
      expect.stringContaining('outputs.logits.layer: unknown key'),
      expect.stringContaining('selfTest.pictures: one picture or more was expected (or selfTest: none)'),
    ]);
  });

  it.each([
    [
      'a picture without features beside a tolerance for them',
      '{ drawing: skin, seed: 1, expected: { Neutral: 1 } }',
      '12:65: selfTest.pictures[0].features: a mapping was expected',
    ],
    [
      'seven projections',
      picture('features: { norm: 1, projections: [1, 2, 3, 4, 5, 6, 7] }'),
      '12:151: selfTest.pictures[0].features.projections: 8 numbers were expected, not 7',
    ],
    [
      'a length below 0',
      picture('features: { norm: -1, projections: [1, 2, 3, 4, 5, 6, 7, 8] }'),
      'selfTest.pictures[0].features.norm: a number, 0 or more was expected',
    ],
    [
      'what is no number',
      picture('features: { norm: 1, projections: [1, 2, 3, 4, 5, 6, 7, x] }'),
      'selfTest.pictures[0].features.projections[7]: a number was expected',
    ],
    [
      'a key that it does not know',
      picture('features: { norm: 1, sums: [], projections: [1, 2, 3, 4, 5, 6, 7, 8] }'),
      'selfTest.pictures[0].features.sums: unknown key',
    ],
  ])('refuses expected features with %s', (_, pictures, message) => {
    const input = '{ name: x, size: 8, layout: nhwc, dtype: uint8, colourOrder: rgb, fit: stretch }';
    const outputs = '{ probabilities: { tensor: y }, features: { tensor: z, size: 4 } }';
    const selfTest = `{ tolerance: 0.01, featureTolerance: 0.02, pictures: [${pictures}] }`;
    expect(refusals(form('onnx', { source: '{ file: m.onnx }', input, outputs, selfTest })).join('\n')).toContain(message);
  });

  it('refuses expected features where there is no tolerance for them, or no output that gives any', () => {
    const input = '{ name: x, size: 8, layout: nhwc, dtype: uint8, colourOrder: rgb, fit: stretch }';
    const parts = { source: '{ file: m.onnx }', input, outputs: '{ probabilities: { tensor: y } }' };
    const digest = picture('features: { norm: 1, projections: [1, 2, 3, 4, 5, 6, 7, 8] }');
    expect(refusals(form('onnx', { ...parts, selfTest: `{ tolerance: 0.01, pictures: [${digest}] }` }))).toEqual([
      expect.stringMatching(/^12:\d+: selfTest\.pictures\[0\]\.features: selfTest has no featureTolerance/),
    ]);
    expect(refusals(form('onnx', { ...parts, selfTest: `{ tolerance: 0.01, featureTolerance: 0.02, pictures: [${digest}] }` }))).toEqual([
      expect.stringMatching(/^12:\d+: selfTest\.featureTolerance: outputs names no features/),
    ]);
  });

  it.each([
    ['a layers-model with a named input', 'tfjs-layers', `{ folder: ., topologySha256: ${HASH} }`, 'input.name: unknown key'],
    ['a folder outside', 'saved-model', '{ folder: ../other }', 'source.folder: a folder beside the manifest was expected'],
    ['an absolute folder', 'saved-model', '{ folder: /etc }', 'source.folder: a folder beside the manifest was expected'],
    [
      'an address that is none',
      'onnx',
      '{ url: ftp://x/y, bytes: 1, file: m.onnx }',
      'source.url: an http or https address, or a list of them, was expected',
    ],
    ['an address without a size', 'onnx', '{ url: https://x.test/y, file: m.onnx }', "source.bytes: the file's size in bytes was expected"],
    ['two normalisations for three channels', 'onnx', '{ file: m.onnx }', 'input.normalisation.mean: 3 numbers were expected, not 2'],
  ])('refuses %s', (_, format, source, message) => {
    const input = '{ name: x, size: 8, layout: nhwc, dtype: float32, colourOrder: rgb, fit: stretch, normalisation: { mean: [1, 2], scale: 1 } }';
    const outputs = `{ probabilities: { ${format === 'tfjs-layers' ? 'layer' : 'tensor'}: y } }`;
    expect(refusals(form(format, { source, input, outputs })).join('\n')).toContain(message);
  });
});
