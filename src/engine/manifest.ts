import { join } from 'node:path';
import type { ModelFacts } from '../config/config.ts';
import type { LayersModelPlace, LayersModelSource, SelfTest } from './backend.ts';
import { DRAWING_NAMES } from './test-picture.ts';
import { type YamlFields, YamlFile } from './yaml-form.ts';

/** One model folder's `model.yaml` and labels file, checked. docs/models.md describes every field. */
export interface ModelManifest extends ModelFacts {
  /** The folder, absolute. */
  readonly folder: string;
  readonly name: string;
  readonly title: string;
  readonly architecture: string;
  readonly format: 'tfjs-layers';
  readonly layersModel: LayersModelSource;
  /** SHA-256 (hex) over the weight files joined in the order of the model's own list. */
  readonly weightsSha256: string;
  readonly input: {
    /** Width and height, pixels. */
    readonly size: number;
    /** How a picture of another shape is made square: stretched. */
    readonly fit: 'stretch';
    /** A byte becomes `(pixel − mean) / scale`. */
    readonly normalisation: { readonly mean: number; readonly scale: number };
  };
  readonly featureSize: number | null;
  /** What people read, by label. */
  readonly labelTitles: Readonly<Record<string, string>>;
  readonly license: { readonly spdx: string; readonly origin: string };
  readonly selfTest: SelfTest;
}

/** Both files of a model folder, as text. */
export interface ManifestTexts {
  readonly folder: string;
  readonly manifest: string;
  /** Called with the file's name in the manifest. */
  readLabels(name: string): string;
}

export const MANIFEST_FILE = 'model.yaml';
export const MODEL_NAME: RegExp = /^[a-z0-9][a-z0-9._-]{0,63}$/;

const SHA256 = /^[0-9a-f]{64}$/;
const isPositive = (value: number) => value > 0;
const isWhole = (value: number) => Number.isSafeInteger(value) && value > 0;
const isFraction = (value: number) => value >= 0 && value <= 1;

/** Throws FramewatchError MODEL_INVALID with all problems of a file, each at its line. */
export function parseManifest(texts: ManifestTexts, folderName: string): ModelManifest {
  const file = new YamlFile(join(texts.folder, MANIFEST_FILE), texts.manifest);
  const root = file.root();
  root.known(
    'schema',
    'name',
    'title',
    'architecture',
    'format',
    'source',
    'weightsSha256',
    'input',
    'outputs',
    'labels',
    'defaultRules',
    'license',
    'selfTest',
  );
  if (root.number('schema', (value) => value === 1, '1') === 0) file.finish();
  const name = root.text('name', MODEL_NAME, 'lower-case letters, digits, dots, dashes');
  if (name !== folderName && name !== '') root.refuse('name', `is ${name}, but the folder is called ${folderName} (they must be equal)`);
  const labelsFile = root.text('labels', /^[\w-][\w.-]*$/, 'the name of a file beside the manifest');
  if (labelsFile === '') file.finish();
  const labelTitles = parseLabels(join(texts.folder, labelsFile), texts.readLabels(labelsFile));
  const labels = [...labelTitles.keys()];
  const input = readInput(root.fields('input'));
  const outputs = readOutputs(root.fields('outputs'));
  const source = readSource(root.fields('source'), texts.folder);
  const license = root.fields('license');
  license.known('spdx', 'origin');
  const manifest: ModelManifest = {
    folder: texts.folder,
    name,
    title: root.text('title'),
    architecture: root.text('architecture'),
    format: root.oneOf('format', ['tfjs-layers']),
    layersModel: { ...source.place, topologySha256: source.topologySha256, outputLayers: outputs.layers, colourOrder: input.colourOrder },
    weightsSha256: root.text('weightsSha256', SHA256, 'a SHA-256 in lower-case hexadecimal'),
    input: { size: input.size, fit: input.fit, normalisation: input.normalisation },
    featureSize: outputs.featureSize,
    labels,
    labelTitles: Object.fromEntries(labelTitles),
    defaultRules: root.has('defaultRules') ? readRules(root.fields('defaultRules'), labels) : {},
    license: { spdx: license.text('spdx'), origin: license.text('origin') },
    selfTest: readSelfTest(root.fields('selfTest'), labels),
  };
  file.finish();
  return manifest;
}

/** Label → title, in the order of the network's outputs. */
function parseLabels(path: string, text: string): ReadonlyMap<string, string> {
  const file = new YamlFile(path, text);
  const titles = new Map<string, string>();
  for (const entry of file.rootList()) {
    entry.known('name', 'title');
    const name = entry.text('name');
    if (titles.has(name)) entry.refuse('name', `${name} stands twice`);
    titles.set(name, entry.has('title') ? entry.text('title') : name);
  }
  file.finish();
  return titles;
}

function readSource(source: YamlFields, folder: string): { readonly place: LayersModelPlace; readonly topologySha256: string } {
  source.known('npm', 'folder', 'path', 'topologySha256');
  const topologySha256 = source.text('topologySha256', SHA256, 'a SHA-256 in lower-case hexadecimal');
  if (source.has('folder')) return { place: { kind: 'folder', path: join(folder, source.text('folder')) }, topologySha256 };
  return { place: { kind: 'npm', packageName: source.text('npm'), path: source.text('path') }, topologySha256 };
}

function readInput(input: YamlFields) {
  input.known('size', 'layout', 'dtype', 'colourOrder', 'fit', 'normalisation');
  input.oneOf('layout', ['nhwc']);
  input.oneOf('dtype', ['float32']);
  const normalisation = input.fields('normalisation');
  normalisation.known('mean', 'scale');
  return {
    size: input.number('size', (value) => isWhole(value) && value <= 2048, 'pixels, 1…2048'),
    colourOrder: input.oneOf('colourOrder', ['rgb', 'bgr']),
    fit: input.oneOf('fit', ['stretch']),
    normalisation: {
      mean: normalisation.number('mean', Number.isFinite, 'a number'),
      scale: normalisation.number('scale', isPositive, 'a number above 0'),
    },
  };
}

function readOutputs(outputs: YamlFields) {
  outputs.known('probabilities', 'features');
  const probabilities = outputs.fields('probabilities');
  probabilities.known('layer');
  const layer = probabilities.text('layer');
  if (!outputs.has('features')) return { layers: { probabilities: layer, features: null }, featureSize: null };
  const features = outputs.fields('features');
  features.known('layer', 'size');
  return {
    layers: { probabilities: layer, features: features.text('layer') },
    featureSize: features.number('size', isWhole, 'a whole number above 0'),
  };
}

function readRules(rules: YamlFields, labels: readonly string[]): ModelFacts['defaultRules'] {
  return Object.fromEntries(rules.keys().map((id) => [id, readRule(rules.fields(id), labels)]));
}

function readRule(rule: YamlFields, labels: readonly string[]): ModelFacts['defaultRules'][string] {
  const scores = ['enter', 'exit'] as const;
  const durations = ['enterForMs', 'offDelayMs', 'cooldownMs', 'maxDurationMs'] as const;
  rule.known('labels', 'minFrames', ...scores, ...durations);
  const wanted = rule.texts('labels');
  for (const label of wanted) if (!labels.includes(label)) rule.refuse('labels', `the model has no label ${label} (it has ${labels.join(', ')})`);
  const numbers: Record<string, number> = {};
  for (const key of scores) if (rule.has(key)) numbers[key] = rule.number(key, isFraction, 'a number 0…1');
  for (const key of durations) if (rule.has(key)) numbers[key] = rule.number(key, (value) => value >= 0, 'milliseconds, 0 or more');
  if (rule.has('minFrames')) numbers['minFrames'] = rule.number('minFrames', isWhole, 'a whole number above 0');
  return { ...numbers, labels: wanted };
}

function readSelfTest(selfTest: YamlFields, labels: readonly string[]): SelfTest {
  selfTest.known('tolerance', 'pictures');
  const pictures = selfTest.fieldsList('pictures').map((picture) => {
    picture.known('drawing', 'seed', 'expected');
    const drawing = picture.text('drawing');
    if (!DRAWING_NAMES.includes(drawing)) picture.refuse('drawing', `no drawing is called ${drawing} (known are ${DRAWING_NAMES.join(', ')})`);
    const expected = picture.fields('expected');
    expected.known(...labels);
    return {
      drawing,
      seed: picture.number('seed', isWhole, 'a whole number above 0'),
      expected: Object.fromEntries(labels.map((label) => [label, expected.number(label, isFraction, 'a probability 0…1')])),
    };
  });
  if (pictures.length === 0) selfTest.refuse('pictures', 'one picture or more was expected');
  return { tolerance: selfTest.number('tolerance', (value) => isPositive(value) && isFraction(value), 'a number above 0, at most 1'), pictures };
}
