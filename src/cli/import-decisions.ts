import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Inspection } from '../engine/inspection/inspection.ts';
import { type Label, numberedLabels, readLabelList } from '../engine/manifest/label-list.ts';
import type { ImportDecisions } from '../engine/models/model-import.ts';
import { type Channels, NO_NORMALISATION, type Normalisation } from '../engine/network-source.ts';
import { PICTURE_FITS, type PictureFit } from '../engine/picture-fit.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';

/** The options of `framewatch models import` that say what a model's own files do not. */
export interface DecisionOptions {
  readonly name: string;
  readonly normalise?: string;
  readonly colourOrder?: 'rgb' | 'bgr';
  readonly labels?: string;
  readonly fit?: PictureFit;
  /** A layer or tensor, or `none`. */
  readonly features?: string;
  readonly outputs?: 'probabilities' | 'logits';
  readonly size?: number;
  readonly title?: string;
  readonly architecture?: string;
  readonly license?: string;
  readonly origin?: string;
}

/** Puts one question to a person; gives the answer, or `otherwise` when it is empty. */
export type Ask = (question: string, otherwise: string | null) => Promise<string>;

/** What is missing, an option each, when there is nobody to ask. */
export type Decided = { readonly ok: true; readonly decisions: ImportDecisions } | { readonly ok: false; readonly missing: readonly string[] };

const UNIT: Channels = [255, 255, 255];
const HALF: Channels = [127.5, 127.5, 127.5];

/** Ways of normalising that have a name. */
const NORMALISATIONS: Readonly<Record<string, Normalisation>> = {
  '0..1': { mean: [0, 0, 0], scale: UNIT },
  '-1..1': { mean: HALF, scale: HALF },
  '0..255': NO_NORMALISATION,
  // As in torchvision: mean and deviation of ImageNet's pictures.
  imagenet: { mean: [123.675, 116.28, 103.53], scale: [58.395, 57.12, 57.375] },
  // As in Caffe's models, which want BGR as well.
  caffe: { mean: [123.68, 116.779, 103.939], scale: [1, 1, 1] },
};

const NORMALISE_HELP = `${Object.keys(NORMALISATIONS).join(', ')}, or MEAN/SCALE, each one number or three for red, green, blue: 123,117,104/58,57,56`;

/** Asks for all that no option says, with what is usual as the answer to nothing; without anybody to ask, takes what is usual and says what has no such answer. */
export async function decide(inspection: Inspection, options: DecisionOptions, imagenetFolder: string, ask: Ask | null): Promise<Decided> {
  const missing: string[] = [];
  const need = async (given: string | undefined, option: string, question: string, usual: string | null): Promise<string | null> => {
    if (given !== undefined) return given;
    if (ask !== null) return ask(question, usual);
    if (usual === null) missing.push(`${option} (${question})`);
    return usual;
  };
  const takesBytes = inspection.input.dtype === 'uint8';
  const normalise = takesBytes
    ? '0..255'
    : await need(options.normalise, '--normalise', `what becomes of bytes 0…255 before the network: ${NORMALISE_HELP}`, null);
  const colourOrder = await need(options.colourOrder, '--colour-order', 'order of the colours: rgb or bgr', 'rgb');
  const fit = await need(options.fit, '--fit', `how a picture of another shape is made square: ${PICTURE_FITS.join(', ')}`, 'stretch');
  const outputs =
    options.outputs ??
    inspection.classes.kind ??
    (await need(undefined, '--outputs', `what ${inspection.classes.name} gives: probabilities or logits`, null));
  const labels = await need(
    options.labels,
    '--labels',
    `${labelsWanted(inspection)}: a file, \`imagenet\` (the 1,000 classes of ImageNet) or \`numbered\``,
    null,
  );
  const { size } = inspection.input;
  if (size === null) missing.push('--size (width and height of the pictures that the network takes)');
  if (normalise === null || colourOrder === null || fit === null || outputs === null || labels === null || size === null)
    return { ok: false, missing };
  return {
    ok: true,
    decisions: {
      name: options.name,
      title: options.title ?? options.name,
      architecture: options.architecture ?? inspection.architecture ?? 'unknown',
      inputSize: size,
      colourOrder: choice('--colour-order', colourOrder, ['rgb', 'bgr']),
      normalisation: parseNormalisation(normalise),
      fit: choice('--fit', fit, PICTURE_FITS),
      kind: choice('--outputs', outputs, ['probabilities', 'logits']),
      features: options.features === 'none' ? null : (options.features ?? inspection.features?.name ?? null),
      labels: readLabels(labels, inspection, imagenetFolder),
      license: { spdx: options.license ?? 'NOASSERTION', origin: options.origin ?? basename(inspection.files[0]?.from ?? '') },
    },
  };
}

/** Throws FramewatchError MODEL_INVALID with what would be right. */
export function parseNormalisation(text: string): Normalisation {
  const named = Object.hasOwn(NORMALISATIONS, text) ? NORMALISATIONS[text] : undefined;
  if (named !== undefined) return named;
  const [mean, scale, more] = text.split('/').map(parseChannels);
  if (mean && scale && more === undefined && scale.every((value) => value > 0)) return { mean, scale };
  throw new FramewatchError('MODEL_INVALID', `--normalise ${text} is not one of ${NORMALISE_HELP}`);
}

function parseChannels(text: string): Channels | null {
  const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [red = Number.NaN, green = red, blue = red] = values;
  return values.every(Number.isFinite) && (values.length === 1 || values.length === 3) ? [red, green, blue] : null;
}

function choice<const T extends string>(option: string, text: string, choices: readonly T[]): T {
  const found = choices.find((candidate) => candidate === text);
  if (found !== undefined) return found;
  throw new FramewatchError('MODEL_INVALID', `${option} ${text} is not one of ${choices.join(', ')}`);
}

function readLabels(source: string, { classes: { length, name } }: Inspection, imagenetFolder: string): readonly Label[] {
  if (source === 'numbered') {
    if (length !== null) return numberedLabels(length);
    throw new FramewatchError('MODEL_INVALID', `how many values ${name} gives does not stand in the model: labels cannot be numbered, name a file`);
  }
  const file = source === 'imagenet' ? join(imagenetFolder, 'labels.yaml') : source;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new FramewatchError('MODEL_INVALID', `the labels cannot be read: ${messageOf(error)}`, { cause: error });
  }
  const labels = readLabelList(file, text);
  if (length === null || length === labels.length) return labels;
  throw new FramewatchError('MODEL_INVALID', `${file} holds ${labels.length} labels, but ${name} gives ${length} values a picture`);
}

function labelsWanted({ classes: { length, name } }: Inspection): string {
  return length === null ? `names of the values of ${name}` : `names of the ${length} values of ${name}`;
}
