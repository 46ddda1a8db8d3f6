import { type GraphTensor, type LayerContext, pictureInput, requireChannelsLast } from './layer-conversion.ts';
import { slideWindow } from './layer-window.ts';

/** TensorFlow averages only real pixels under `same` padding; ONNX does so with count_include_pad = 0. */
export function convertPooling(opType: 'MaxPool' | 'AveragePool'): (context: LayerContext) => GraphTensor {
  return (context) => {
    const { graph, layer } = context;
    requireChannelsLast(layer);
    const input = pictureInput(context);
    const size = layer.config.pair('pool_size', [2, 2]);
    const { attributes, rows, columns } = slideWindow(layer, input, size, layer.config.pair('strides', size));
    const name = graph.node(opType, layer.name, [input.name], { ...attributes, ...(opType === 'AveragePool' ? { count_include_pad: 0 } : {}) });
    return { ...input, name, height: rows.length, width: columns.length };
  };
}

/** One value a channel; with `keepdims` it stays a picture of one pixel. */
export function convertGlobalPooling(opType: 'GlobalMaxPool' | 'GlobalAveragePool'): (context: LayerContext) => GraphTensor {
  return (context) => {
    const { graph, layer } = context;
    requireChannelsLast(layer);
    const input = pictureInput(context);
    const pooled = graph.node(opType, layer.name, [input.name]);
    if (layer.config.flag('keepdims', false)) return { ...input, name: pooled, height: 1, width: 1 };
    return { kind: 'vector', name: graph.node('Flatten', layer.name, [pooled], { axis: 1 }), length: input.channels };
  };
}
