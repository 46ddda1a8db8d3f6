import { Document, isScalar, isSeq, stringify, visit } from 'yaml';
import type { SelfTest } from '../backend.ts';
import { type Channels, type ModelFormat, type NetworkInput, type NetworkOutputs, sameForAll } from '../network-source.ts';
import type { PictureFit } from '../picture-fit.ts';
import type { Label } from './label-list.ts';
import type { License } from './manifest.ts';
import { NO_SELF_TEST } from './manifest-self-test.ts';

/** Everything that an imported model's manifest says. */
export interface ManifestContent {
  readonly name: string;
  readonly title: string;
  readonly architecture: string;
  readonly format: ModelFormat;
  /** `{ folder }` or `{ file }`. */
  readonly source: Readonly<Record<string, string>>;
  readonly topologySha256: string | null;
  readonly weightsSha256: string;
  readonly inputSize: number;
  readonly fit: PictureFit;
  readonly input: NetworkInput;
  readonly outputs: NetworkOutputs;
  readonly featureSize: number | null;
  readonly license: License;
  readonly selfTest: SelfTest | null;
}

/** The text of `model.yaml`, as `parseManifest` reads it. `comment`: lines for a person, on top. */
export function manifestText(content: ManifestContent, comment: readonly string[]): string {
  const { input, outputs, format } = content;
  const naming = format === 'tfjs-layers' ? 'layer' : 'tensor';
  const { mean, scale } = input.normalisation;
  const fields = {
    schema: 1,
    name: content.name,
    title: content.title,
    architecture: content.architecture,
    format,
    source: { ...content.source, ...(content.topologySha256 === null ? {} : { topologySha256: content.topologySha256 }) },
    weightsSha256: content.weightsSha256,
    input: {
      ...(input.name === null ? {} : { name: input.name }),
      size: content.inputSize,
      layout: input.layout,
      dtype: input.dtype,
      colourOrder: input.colourOrder,
      fit: content.fit,
      ...(input.dtype === 'uint8' ? {} : { normalisation: { mean: shortest(mean), scale: shortest(scale) } }),
    },
    outputs: {
      [outputs.kind]: { [naming]: outputs.classes },
      ...(outputs.features === null ? {} : { features: { [naming]: outputs.features, size: content.featureSize } }),
    },
    labels: 'labels.yaml',
    license: content.license,
    selfTest: content.selfTest === null ? NO_SELF_TEST : selfTestFields(content.selfTest),
  };
  const document = new Document(fields);
  // Eight numbers on one line.
  visit(document, {
    Pair(_, { key, value }) {
      if (isScalar(key) && key.value === 'projections' && isSeq(value)) value.flow = true;
    },
  });
  return `${comment.map((line) => `# ${line}\n`).join('')}${document.toString({ lineWidth: 150 })}`;
}

function selfTestFields({ tolerance, featureTolerance, pictures }: SelfTest): object {
  return {
    tolerance,
    ...(featureTolerance === null ? {} : { featureTolerance }),
    pictures: pictures.map(({ features, ...picture }) => ({ ...picture, ...(features === null ? {} : { features }) })),
  };
}

/** The text of `labels.yaml`. */
export function labelsText(labels: readonly Label[]): string {
  return stringify(
    labels.map(({ name, title }) => (title === name ? { name } : { name, title })),
    { lineWidth: 150 },
  );
}

function shortest(channels: Channels): number | readonly number[] {
  return sameForAll(channels) ?? channels;
}
