import { PASS } from './keras-graph.ts';
import { convertActivation, convertElu, convertLeakyRelu, convertPrelu, convertRelu, convertSoftmax } from './layer-activation.ts';
import { type LayerConverter, onlyInput } from './layer-conversion.ts';
import { convertConv2d, convertDense, convertDepthwiseConv2d, convertSeparableConv2d } from './layer-convolution.ts';
import { convertConcatenate, convertCustomScaleLayer, convertLambda, convertMerge } from './layer-merge.ts';
import { convertBatchNormalization, convertRescaling } from './layer-normalisation.ts';
import { convertGlobalPooling, convertPooling } from './layer-pooling.ts';
import { convertCropping, convertFlatten, convertReshape, convertZeroPadding } from './layer-shape.ts';

/** Layers of Keras that can be converted, by class. */
export const LAYER_CONVERTERS: Readonly<Record<string, LayerConverter>> = {
  Activation: convertActivation,
  Add: convertMerge('Add'),
  Average: convertMerge('Mean'),
  AveragePooling2D: convertPooling('AveragePool'),
  BatchNormalization: convertBatchNormalization,
  Concatenate: convertConcatenate,
  Conv2D: convertConv2d,
  Cropping2D: convertCropping,
  CustomScaleLayer: convertCustomScaleLayer,
  Dense: convertDense,
  DepthwiseConv2D: convertDepthwiseConv2d,
  ELU: convertElu,
  Flatten: convertFlatten,
  GlobalAveragePooling2D: convertGlobalPooling('GlobalAveragePool'),
  GlobalMaxPooling2D: convertGlobalPooling('GlobalMaxPool'),
  Lambda: convertLambda,
  LeakyReLU: convertLeakyRelu,
  Maximum: convertMerge('Max'),
  MaxPooling2D: convertPooling('MaxPool'),
  Minimum: convertMerge('Min'),
  Multiply: convertMerge('Mul'),
  PReLU: convertPrelu,
  ReLU: convertRelu,
  Rescaling: convertRescaling,
  Reshape: convertReshape,
  SeparableConv2D: convertSeparableConv2d,
  Softmax: convertSoftmax,
  Subtract: convertMerge('Sub'),
  ZeroPadding2D: convertZeroPadding,
  // These change values only in training.
  ActivityRegularization: onlyInput,
  AlphaDropout: onlyInput,
  Dropout: onlyInput,
  GaussianDropout: onlyInput,
  GaussianNoise: onlyInput,
  SpatialDropout2D: onlyInput,
  [PASS]: onlyInput,
};
