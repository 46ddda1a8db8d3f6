import type { Channels, ModelFormat, NetworkInput, NetworkOutputs, Normalisation } from '../network-source.ts';
import { NO_NORMALISATION } from '../network-source.ts';
import { PICTURE_FITS, type PictureFit } from '../picture-fit.ts';
import type { YamlFields } from './yaml-form.ts';

const isWhole = (value: number) => Number.isSafeInteger(value) && value > 0;

const INPUT_FIELDS = ['size', 'layout', 'dtype', 'colourOrder', 'fit', 'normalisation'] as const;

/** `input`. A Keras layers-model has one input, of floats, rows of pixels: its name is not asked for. */
export function readInput(
  input: YamlFields,
  format: ModelFormat,
): { readonly size: number; readonly fit: PictureFit; readonly network: NetworkInput } {
  const isLayers = format === 'tfjs-layers';
  if (isLayers) input.known(...INPUT_FIELDS);
  else input.known('name', ...INPUT_FIELDS);
  const dtype = input.oneOf('dtype', isLayers ? ['float32'] : ['float32', 'uint8']);
  return {
    size: input.number('size', (value) => isWhole(value) && value <= 2048, 'pixels, 1…2048'),
    fit: input.oneOf('fit', PICTURE_FITS),
    network: {
      name: isLayers ? null : input.text('name'),
      layout: input.oneOf('layout', isLayers ? ['nhwc'] : ['nhwc', 'nchw']),
      dtype,
      colourOrder: input.oneOf('colourOrder', ['rgb', 'bgr']),
      normalisation: readNormalisation(input, dtype),
    },
  };
}

function readNormalisation(input: YamlFields, dtype: 'float32' | 'uint8'): Normalisation {
  if (dtype === 'uint8') {
    if (input.has('normalisation')) input.refuse('normalisation', 'a network that takes uint8 normalises by itself: leave it out');
    return NO_NORMALISATION;
  }
  const normalisation = input.fields('normalisation');
  normalisation.known('mean', 'scale');
  return {
    mean: channels(normalisation.numbers('mean', 3, Number.isFinite, 'a number')),
    scale: channels(normalisation.numbers('scale', 3, (value) => value > 0, 'a number above 0')),
  };
}

function channels([red = 0, green = 0, blue = 0]: readonly number[]): Channels {
  return [red, green, blue];
}

/** `outputs`: `probabilities` or `logits`, and `features` where there are any. What names them: a layer of a layers-model, else a tensor. */
export function readOutputs(outputs: YamlFields, format: ModelFormat): { readonly network: NetworkOutputs; readonly featureSize: number | null } {
  const naming = format === 'tfjs-layers' ? 'layer' : 'tensor';
  outputs.known('probabilities', 'logits', 'features');
  const kind = outputs.has('logits') ? 'logits' : 'probabilities';
  if (outputs.has('logits') && outputs.has('probabilities')) outputs.refuse('logits', 'stands beside probabilities: name one of the two');
  const classes = outputs.fields(kind);
  classes.known(naming);
  const network = { classes: classes.text(naming), kind } as const;
  if (!outputs.has('features')) return { network: { ...network, features: null }, featureSize: null };
  const features = outputs.fields('features');
  features.known(naming, 'size');
  return {
    network: { ...network, features: features.text(naming) },
    featureSize: features.number('size', isWhole, 'a whole number above 0'),
  };
}
