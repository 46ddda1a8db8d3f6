import { DATA_TYPE } from '../onnx-message.ts';
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
  readonly largest: Float64Array;
}

/** Pictures that are looked at together: what is inside of a network for one takes 50 MB. */
const BATCH = 4;

export interface CalibrationOptions {
  readonly threads: number;
  onProgress?(done: number, of: number): void;
}

/** Runs the float graph on all pictures and counts the values of every tensor that the plan turns into bytes. */
export async function calibrate(plan: Plan, pictures: CalibrationPictures, options: CalibrationOptions): Promise<ReadonlyMap<string, TensorStatistics>> {
  const histograms = new Map<string, ValueHistogram>();
  const channels = await channelStatistics(plan.graph, countedTensors(plan).map((name) => ({ name, dataType: DATA_TYPE.float32, scale: null })), pictures, {
    ...options,
    onTensor(name, { data }) {
      if (!(data instanceof Float32Array)) return;
      const histogram = histograms.get(name) ?? new ValueHistogram();
      histograms.set(name, histogram);
      histogram.add(data);
    },
  });
  return new Map([...channels].map(([name, of]) => [name, { histogram: histograms.get(name) ?? new ValueHistogram(), channels: of }]));
}

function countedTensors({ groups, units }: Plan): readonly string[] {
  const unpooled = units.filter(({ pool }) => pool !== null).map(({ convolution }) => outputOf(convolution));
  return [...new Set([...groups.keys(), ...unpooled])];
}

export interface CountedTensor {
  readonly name: string;
  readonly dataType: number;
  /** Of a tensor of bytes: what they stand for. */
  readonly scale: { readonly scale: number; readonly zeroPoint: number } | null;
}

/** Mean and largest value of each channel, over all pictures and places. */
export async function channelStatistics(
  graph: Graph,
  tensors: readonly CountedTensor[],
  pictures: CalibrationPictures,
  options: CalibrationOptions & { onTensor?(name: string, tensor: RunTensor): void },
): Promise<ReadonlyMap<string, ChannelStatistics>> {
  const run = await openRun(graph, pictures.size, tensors, options.threads);
  const sums = new Map<string, ChannelStatistics>();
  try {
    for (let from = 0; from < pictures.count; from += BATCH) {
      const count = Math.min(BATCH, pictures.count - from);
      const shown = await run.run(await pictures.read(from, count), count);
      for (const { name, scale } of tensors) {
        const tensor = shown.get(name);
        if (!tensor) throw new RangeError(`the graph did not show ${name}`);
        options.onTensor?.(name, tensor);
        addChannels(sums, name, tensor, scale ?? { scale: 1, zeroPoint: 0 }, pictures.count);
      }
      options.onProgress?.(from + count, pictures.count);
    }
  } finally {
    await run.close();
  }
  return sums;
}

function addChannels(
  sums: Map<string, ChannelStatistics>,
  name: string,
  { dims: [count = 0, channels = 0, ...places], data }: RunTensor,
  { scale, zeroPoint }: { readonly scale: number; readonly zeroPoint: number },
  pictures: number,
): void {
  const area = places.reduce((product, extent) => product * extent, 1);
  const found = sums.get(name) ?? { mean: new Float64Array(channels), largest: new Float64Array(channels) };
  sums.set(name, found);
  for (let row = 0; row < count; row++) {
    for (let channel = 0; channel < channels; channel++) {
      const start = (row * channels + channel) * area;
      let sum = 0;
      let largest = 0;
      for (let index = start; index < start + area; index++) {
        const value = data[index] ?? 0;
        sum += value;
        if (value > largest) largest = value;
      }
      found.mean[channel] = (found.mean[channel] ?? 0) + ((sum / area - zeroPoint) * scale) / pictures;
      found.largest[channel] = Math.max(found.largest[channel] ?? 0, (largest - zeroPoint) * scale);
    }
  }
}
