import { expect, it } from 'vitest';
import { parseManifest } from '../../../src/engine/manifest/manifest.ts';
import { labelsText, type ManifestContent, manifestText } from '../../../src/engine/manifest/manifest-writing.ts';

const LABELS = [
  { name: 'cat', title: 'A cat: "tabby"' },
  { name: 'no', title: 'no' },
  { name: '12', title: '# twelve' },
];
const CONTENT: ManifestContent = {
  ...{ name: 'mine', title: 'My model: 1', architecture: 'inception-v3', format: 'onnx', source: { file: 'm.onnx' }, topologySha256: null },
  ...{ weightsSha256: 'b'.repeat(64), inputSize: 64, fit: 'letterbox', featureSize: 7, license: { spdx: 'MIT', origin: 'here' } },
  input: { name: 'x', layout: 'nchw', dtype: 'float32', colourOrder: 'bgr', normalisation: { mean: [1, 2, 3], scale: [4, 4, 4] } },
  outputs: { classes: 'y', kind: 'logits', features: 'z' },
  selfTest: {
    ...{ tolerance: 0.01, featureTolerance: 0.02 },
    pictures: [
      {
        drawing: 'skin',
        seed: 2,
        expected: { cat: 0.5, no: 0.3, '12': 0.2 },
        features: { norm: 2.5, projections: [1, -2, 3.25, 0, 5, -6, 7, 1e-7] },
      },
    ],
  },
};

const parse = (manifest: string) => parseManifest({ folder: '/m', pulledFolder: '/s', manifest, readLabels: () => labelsText(LABELS) }, 'mine');

it('writes what it would read, whatever the texts look like', () => {
  const text = manifestText(CONTENT, ['For a person.']);
  expect(text).toMatch(/^# For a person\.\nschema: 1\n/);
  expect(text).toMatch(/^ +projections: \[ 1, -2, 3\.25, 0, 5, -6, 7, 1e-7 \]$/m);
  expect(parse(text)).toMatchObject({
    ...{ title: 'My model: 1', inputSize: 64, fit: 'letterbox', featureSize: 7, labels: ['cat', 'no', '12'] },
    labelTitles: { cat: 'A cat: "tabby"', no: 'no', '12': '# twelve' },
    source: { format: 'onnx', place: { kind: 'local', path: '/m/m.onnx' } },
    ...{ input: CONTENT.input, outputs: CONTENT.outputs, selfTest: CONTENT.selfTest },
  });
});

it('writes the other forms: layers, bytes, nothing expected, no features', () => {
  const outputs = { classes: 'd', kind: 'probabilities', features: null } as const;
  const none = { outputs, featureSize: null, selfTest: null } as const;
  const layers = { format: 'tfjs-layers', source: { folder: 'original' }, topologySha256: 'c'.repeat(64), ...none } as const;
  const same = {
    name: null,
    layout: 'nhwc',
    dtype: 'float32',
    colourOrder: 'rgb',
    normalisation: { mean: [0, 0, 0], scale: [255, 255, 255] },
  } as const;
  const text = manifestText({ ...CONTENT, ...layers, input: same }, []);
  expect(text).toContain('scale: 255\n');
  expect(parse(text)).toMatchObject({ input: same, outputs, selfTest: null, source: { format: 'tfjs-layers', topologySha256: 'c'.repeat(64) } });
  const bytes = { ...same, name: 'x', dtype: 'uint8', normalisation: { mean: [0, 0, 0], scale: [1, 1, 1] } } as const;
  expect(parse(manifestText({ ...CONTENT, ...none, input: bytes }, [])).input).toEqual(bytes);
});
