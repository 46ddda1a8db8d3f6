import type { KerasLayer } from './keras-layer.ts';
import { type PictureTensor, unsupported } from './layer-conversion.ts';
import { dilatedExtent, type WindowAxis, windowAxis } from './window-geometry.ts';

/** How the window of a layer (`kernel` pixels high and wide) slides over its input. */
export interface LayerWindow {
  /** As ONNX operators have them. */
  readonly attributes: {
    readonly kernel_shape: readonly [number, number];
    readonly strides: readonly [number, number];
    readonly pads: readonly number[];
  };
  readonly rows: WindowAxis;
  readonly columns: WindowAxis;
}

type Pair = readonly [height: number, width: number];

export function slideWindow(layer: KerasLayer, input: PictureTensor, kernel: Pair, strides: Pair, dilations: Pair = [1, 1]): LayerWindow {
  const padding = paddingOf(layer);
  const rows = windowAxis(input.height, dilatedExtent(kernel[0], dilations[0]), strides[0], padding);
  const columns = windowAxis(input.width, dilatedExtent(kernel[1], dilations[1]), strides[1], padding);
  if (rows.length < 1 || columns.length < 1)
    return unsupported(layer, `a window of ${kernel.join(' × ')} does not fit into ${input.height} × ${input.width} pixels`);
  const pads = [rows.before, columns.before, rows.behind, columns.behind];
  return { attributes: { kernel_shape: kernel, strides, pads }, rows, columns };
}

function paddingOf(layer: KerasLayer): 'same' | 'valid' {
  const padding = layer.config.text('padding', 'valid');
  return padding === 'same' || padding === 'valid' ? padding : unsupported(layer, `padding ${padding}; same and valid are supported`);
}
