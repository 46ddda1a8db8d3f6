import { join } from 'node:path';
import type { ModelFacts } from '../../config/config.ts';
import type { SelfTest } from '../backend.ts';
import { MODEL_FORMATS, type NetworkInput, type NetworkOutputs, type NetworkSource } from '../network-source.ts';
import type { PictureFit } from '../picture-fit.ts';
import { parseLabels } from './manifest-labels.ts';
import { readInput, readOutputs } from './manifest-network.ts';
import { readDefaultRules } from './manifest-rules.ts';
import { readSelfTest } from './manifest-self-test.ts';
import { FILE_NAME, readSource, SHA256, SHA256_WANTED, type SourceFolders } from './manifest-source.ts';
import { type YamlFields, YamlFile } from './yaml-form.ts';

/** One model folder's `model.yaml` and labels file, checked. docs/models.md describes every field. */
export interface ModelManifest extends ModelFacts {
  /** The folder, absolute. */
  readonly folder: string;
  readonly name: string;
  readonly title: string;
  readonly architecture: string;
  readonly source: NetworkSource;
  /** SHA-256 (hex) of the weights; over what exactly depends on the format. */
  readonly weightsSha256: string;
  /** Width and height of the network's input, pixels. */
  readonly inputSize: number;
  readonly fit: PictureFit;
  readonly input: NetworkInput;
  readonly outputs: NetworkOutputs;
  readonly featureSize: number | null;
  /** What people read, by label. */
  readonly labelTitles: Readonly<Record<string, string>>;
  readonly license: License;
  /** Of the labels, where they come from elsewhere. */
  readonly labelsLicense: License | null;
  /** Null when the manifest says that there is none. */
  readonly selfTest: SelfTest | null;
}

export interface License {
  readonly spdx: string;
  readonly origin: string;
}

/** Both files of a model folder, as text. */
export interface ManifestTexts extends SourceFolders {
  readonly manifest: string;
  /** Called with the file's name in the manifest. */
  readLabels(name: string): string;
}

export const MANIFEST_FILE = 'model.yaml';
export const MODEL_NAME: RegExp = /^[a-z0-9][a-z0-9._-]{0,63}$/;

const FIELDS = [
  ...['schema', 'name', 'title', 'architecture', 'format', 'source', 'weightsSha256', 'input', 'outputs'],
  ...['labels', 'labelsLicense', 'defaultRules', 'license', 'selfTest'],
];

/** Throws FramewatchError MODEL_INVALID with all problems of a file, each at its line. */
export function parseManifest(texts: ManifestTexts, folderName: string): ModelManifest {
  const file = new YamlFile(join(texts.folder, MANIFEST_FILE), texts.manifest);
  const root = file.root();
  root.known(...FIELDS);
  if (root.number('schema', (value) => value === 1, '1') === 0) file.finish();
  const name = root.text('name', MODEL_NAME, 'lower-case letters, digits, dots, dashes');
  if (name !== folderName && name !== '') root.refuse('name', `is ${name}, but the folder is called ${folderName} (they must be equal)`);
  const labelsFile = root.text('labels', FILE_NAME, 'the name of a file beside the manifest');
  if (labelsFile === '') file.finish();
  const labelTitles = parseLabels(join(texts.folder, labelsFile), texts.readLabels(labelsFile));
  const labels = [...labelTitles.keys()];
  const format = root.oneOf('format', MODEL_FORMATS);
  const input = readInput(root.fields('input'), format);
  const outputs = readOutputs(root.fields('outputs'), format);
  const manifest: ModelManifest = {
    folder: texts.folder,
    name,
    title: root.text('title'),
    architecture: root.text('architecture'),
    source: readSource(root.fields('source'), format, texts),
    weightsSha256: root.text('weightsSha256', SHA256, SHA256_WANTED),
    inputSize: input.size,
    fit: input.fit,
    input: input.network,
    outputs: outputs.network,
    featureSize: outputs.featureSize,
    labels,
    labelTitles: Object.fromEntries(labelTitles),
    defaultRules: root.has('defaultRules') ? readDefaultRules(root.fields('defaultRules'), labels) : {},
    license: readLicense(root.fields('license')),
    labelsLicense: root.has('labelsLicense') ? readLicense(root.fields('labelsLicense')) : null,
    selfTest: readSelfTest(root, labels, outputs.featureSize !== null),
  };
  file.finish();
  return manifest;
}

function readLicense(license: YamlFields): License {
  license.known('spdx', 'origin');
  return { spdx: license.text('spdx'), origin: license.text('origin') };
}
