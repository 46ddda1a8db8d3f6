import { DATA_TYPE } from '../onnx/onnx-message.ts';
import { type Graph, outputOf } from './graph.ts';
import { openRun, type RunTensor } from './graph-run.ts';
import type { Plan } from './plan.ts';
import { ValueHistogram } from './value-histogram.ts';

/** Pictures as the network wants them, in an order that does not change; they can be read again. */
export interface CalibrationPictures {
  readonly count: number;
  readonly size: number;
  /** Side by side, RGB uint8 NHWC. */
  read(from: number, count: number): Promise<Uint8Array>;
}

/** What the values of one tensor are like. */
export interface TensorStatistics {
  readonly histogram: ValueHistogram;
  readonly channels: ChannelStatistics;
}

export interface ChannelStatistics {
  readonly mean: Float64Array;
}

/** Pictures that are looked at together: what is inside of a network for one takes 50 MB. */
const BATCH = 4;

export interface CalibrationOptions {
  readonly threads: number;
  readonly signal?: AbortSignal;
  onProgress?(done: number, of: number): void;
}

/** Runs the float graph on all pictures and counts the values of every tensor that the plan turns into bytes. */
export async function calibrate(
  plan: Plan,
  pictures: CalibrationPictures,
  options: CalibrationOptions,
): Promise<ReadonlyMap<string, TensorStatistics>> {
  const histograms = new Map(countedTensors(plan).map((name) => [name, new ValueHistogram()]));
  const channels = await channelStatistics(plan.graph, [...histograms.keys()], pictures, {
    ...options,
    onTensor: (name, values) => histograms.get(name)?.add(values),
  });
  return new Map([...histograms].map(([name, histogram]) => [name, { histogram, channels: channels.get(name) ?? { mean: new Float64Array() } }]));
}

function countedTensors({ groups, units }: Plan): readonly string[] {
  const unpooled = units.filter(({ pool }) => pool !== null).map(({ convolution }) => outputOf(convolution));
  return [...new Set([...groups.keys(), ...unpooled])];
}

/** Mean of each channel, over all pictures and places; tells `onTensor` of every tensor on the way. */
async function channelStatistics(
  graph: Graph,
  tensors: readonly string[],
  pictures: CalibrationPictures,
  options: CalibrationOptions & { onTensor(name: string, values: Float32Array): void },
): Promise<ReadonlyMap<string, ChannelStatistics>> {
  const run = await openRun(
    graph,
    pictures.size,
    tensors.map((name) => ({ name, dataType: DATA_TYPE.float32 })),
    options.threads,
  );
  const found = new Map<string, ChannelStatistics>();
  try {
    for (let from = 0; from < pictures.count; from += BATCH) {
      options.signal?.throwIfAborted();
      const count = Math.min(BATCH, pictures.count - from);
      for (const [name, tensor] of await run.run(await pictures.read(from, count), count)) {
        options.onTensor(name, tensor.data);
        addChannels(found, name, tensor, pictures.count);
      }
      options.onProgress?.(from + count, pictures.count);
    }
  } finally {
    await run.close();
  }
  return found;
}

function addChannels(found: Map<string, ChannelStatistics>, name: string, { dims, data }: RunTensor, pictures: number): void {
  const [count = 0, channels = 0, ...places] = dims;
  const area = places.reduce((product, extent) => product * extent, 1);
  const { mean } = found.get(name) ?? { mean: new Float64Array(channels) };
  found.set(name, { mean });
  for (let row = 0; row < count; row++) {
    for (let channel = 0; channel < channels; channel++) {
      const start = (row * channels + channel) * area;
      let sum = 0;
      for (let index = start; index < start + area; index++) sum += data[index] ?? 0;
      mean[channel] = (mean[channel] ?? 0) + sum / area / pictures;
    }
  }
}
