import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FramewatchError } from '../../util/errors.ts';
import type { EngineInfo, InferenceEngine } from '../engine.ts';
import type { Inspection } from '../inspection/inspection.ts';
import { ORIGINAL_FOLDER } from '../inspection/tfjs-folder.ts';
import type { Label } from '../manifest/label-list.ts';
import type { License } from '../manifest/manifest.ts';
import { labelsText, type ManifestContent, manifestText } from '../manifest/manifest-writing.ts';
import type { Normalisation } from '../network-source.ts';
import type { PictureFit } from '../picture-fit.ts';
import type { EngineInit } from '../process/engine-messages.ts';
import { askForGolden, type Golden } from '../self-test/golden-pictures.ts';
import { listModels, ownFolder } from './model-store.ts';

/** What the model's own files do not say. */
export interface ImportDecisions {
  readonly name: string;
  readonly title: string;
  readonly architecture: string;
  readonly inputSize: number;
  readonly colourOrder: 'rgb' | 'bgr';
  readonly normalisation: Normalisation;
  readonly fit: PictureFit;
  readonly kind: 'probabilities' | 'logits';
  readonly features: string | null;
  readonly labels: readonly Label[];
  readonly license: License;
}

export interface ImportOptions {
  readonly inspection: Inspection;
  readonly decisions: ImportDecisions;
  readonly stateDir: string;
  /** What lies here under the name would be hidden by the import. */
  readonly modelsDir: string;
  /** Takes the place of a model of this name. */
  readonly replaces: boolean;
  /** Starts an engine process on the model, with its self-test; closed here. Null: the model is not run, and its manifest says that nothing is expected of it. */
  readonly openEngine:
    | ((
        init: Pick<EngineInit, 'model' | 'modelsDir' | 'stateDir' | 'batchSizes' | 'features'> & Partial<Pick<EngineInit, 'backend' | 'device'>>,
      ) => Promise<InferenceEngine>)
    | null;
  /** What goes on, for a person who waits. */
  readonly tell: (line: string) => void;
  /** Ends the import; it rejects with the reason, and nothing is left but an engine process that ends with this one. */
  readonly signal: AbortSignal;
}

export interface ImportOutcome {
  readonly folder: string;
  /** Null when it was not run. */
  readonly tested: TestedImport | null;
}

export interface TestedImport {
  readonly golden: Golden;
  /** The backend whose results are expected from now on. */
  readonly reference: EngineInfo;
  /** What runs the model by default, and passed the test. */
  readonly engine: EngineInfo;
}

/** What runs a model of each format as it is, so that it can tell what any other must say. */
const REFERENCES = { 'tfjs-layers': 'wasm', 'tfjs-graph': 'wasm', 'saved-model': 'tensorflow', onnx: 'onnx' } as const;
const TEST_BATCH_SIZES = [1, 2, 4];
/** Values of a feature layer. */
const MORE_THAN_ANY = 1_000_000;
/** A staging folder that nobody has touched for so long belongs to a process that is gone. */
const ABANDONED_AFTER_MS = 3_600_000;

/**
 * Makes a model's folder: copies its files, lets the reference backend say what it makes of drawn pictures, keeps that as the self-test, and lets the backend that
 * will run it pass it. The folder appears when all went well, whole; nothing is left of an import that failed.
 * Throws FramewatchError MODEL_*, ENGINE_*.
 */
export async function importModel(options: ImportOptions): Promise<ImportOutcome> {
  const { decisions, replaces } = options;
  const folder = ownFolder(decisions.name, options);
  if (!replaces && ((await exists(folder)) || listModels(options).includes(decisions.name)))
    throw new FramewatchError('MODEL_INVALID', `there is a model called ${decisions.name} already: choose another --name, or give --replace`);
  const models = dirname(folder);
  await mkdir(models, { recursive: true });
  await removeAbandoned(models);
  const staging = join(models, `.import-${process.pid}-${randomUUID()}`);
  try {
    const tested = await Promise.race([stage(options, staging), ended(options.signal)]);
    await putInPlace(join(staging, decisions.name), folder, join(staging, 'old'));
    return { folder, tested };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function stage(options: ImportOptions, staging: string): Promise<TestedImport | null> {
  const { inspection, decisions, openEngine, tell } = options;
  const folder = join(staging, decisions.name);
  tell('copying the files');
  for (const { from, to } of inspection.files) {
    await mkdir(dirname(join(folder, to)), { recursive: true });
    await copyFile(from, join(folder, to));
  }
  await writeFile(join(folder, 'labels.yaml'), labelsText(decisions.labels));
  const write = (selfTest: Golden['selfTest'] | null, featureSize: number | null) =>
    writeFile(join(folder, 'model.yaml'), manifestText({ ...contentOf(inspection, decisions), featureSize, selfTest }, commentOf(decisions)));
  const known = inspection.features?.name === decisions.features ? inspection.features.size : null;
  // A network tells how long its features are when it has given some; until then nothing is cut off.
  await write(null, decisions.features === null ? null : (known ?? MORE_THAN_ANY));

  if (openEngine === null) {
    if (decisions.features !== null && !known)
      throw new FramewatchError(
        'MODEL_INVALID',
        `how long the features of ${decisions.features} are is seen when the model runs: give --features none`,
      );
    return null;
  }

  const init = { model: decisions.name, modelsDir: staging, stateDir: join(staging, 'state') };
  tell(`asking the reference backend (${REFERENCES[inspection.format]}) what it makes of drawn pictures`);
  const reference = await openEngine({
    ...init,
    batchSizes: [2],
    features: decisions.features !== null,
    backend: REFERENCES[inspection.format],
    device: 'cpu',
  });
  let golden: Golden;
  try {
    golden = await askForGolden((input) => reference.classify(input), {
      labels: decisions.labels.map(({ name }) => name),
      inputSize: decisions.inputSize,
    });
  } finally {
    await reference.close();
  }
  await write(golden.selfTest, decisions.features === null ? null : golden.featureSize);
  tell('letting the backend that will run it pass the self-test');
  const engine = await openEngine({ ...init, batchSizes: TEST_BATCH_SIZES, features: decisions.features !== null });
  await engine.close();
  return { golden, reference: reference.info, engine: engine.info };
}

function contentOf(inspection: Inspection, decisions: ImportDecisions): Omit<ManifestContent, 'featureSize' | 'selfTest'> {
  const [file] = inspection.files;
  return {
    ...decisions,
    format: inspection.format,
    source: inspection.format === 'onnx' ? { file: file?.to ?? '' } : { folder: ORIGINAL_FOLDER },
    topologySha256: inspection.topologySha256,
    weightsSha256: inspection.weightsSha256,
    input: { ...inspection.input, colourOrder: decisions.colourOrder, normalisation: decisions.normalisation },
    outputs: { classes: inspection.classes.name, kind: decisions.kind, features: decisions.features },
  };
}

function commentOf({ name }: ImportDecisions): readonly string[] {
  return [`Made by \`framewatch models import\`. \`model: ${name}\` in the configuration runs it; docs/models.md describes every field.`];
}

/** One rename; where something has to make room first, two: it comes back when the second fails. */
export async function putInPlace(made: string, folder: string, old: string): Promise<void> {
  const makesRoom = await exists(folder);
  if (makesRoom) await rename(folder, old);
  try {
    await rename(made, folder);
  } catch (error) {
    if (makesRoom) await rename(old, folder);
    throw error;
  }
}

async function removeAbandoned(models: string): Promise<void> {
  const oldest = Date.now() - ABANDONED_AFTER_MS;
  for (const name of await readdir(models)) {
    if (!name.startsWith('.import-')) continue;
    const { mtimeMs } = await stat(join(models, name)).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (mtimeMs < oldest) await rm(join(models, name), { recursive: true, force: true });
  }
}

function ended(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const end = () => reject(signal.reason as Error);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
