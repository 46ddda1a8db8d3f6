// What the self-test of the bundled model notices: `npm run -s bench:self-test`. Each fault is made for real on the real network (onnx, CPU); the table says how many
// tolerances it moves the check, picture by picture: probabilities / features. `--expectations` prints what the reference (wasm) says of the manifest's pictures instead.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import type { BackendOutput, LocalModel, OpenBackend } from '../src/engine/backend.ts';
import { openOnnx } from '../src/engine/backends/onnx.ts';
import { openWasm } from '../src/engine/backends/wasm.ts';
import { readLayersModel } from '../src/engine/conversion/layers-model.ts';
import { convertToOnnx } from '../src/engine/conversion/layers-to-onnx.ts';
import { prepareModel } from '../src/engine/models/model-preparation.ts';
import type { TfjsSource } from '../src/engine/models/tfjs-files.ts';
import type { NetworkInput } from '../src/engine/network-source.ts';
import { digestDistance, digestOf } from '../src/engine/self-test/feature-digest.ts';
import { expectation } from '../src/engine/self-test/golden-pictures.ts';
import { drawTestPicture } from '../src/engine/self-test/test-picture.ts';
import { silentLogger } from '../src/util/logger.ts';
import { printTable } from './table.ts';

const root = path.resolve(import.meta.dirname, '..');
const { values } = parseArgs({ options: { expectations: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } } });
const CPU = { device: 'cpu', threads: 0, features: true } as const;
/** The block before the last one: as many channels as the features. */
const BLOCK_BEFORE = 'mixed9';

const stateDir = mkdtempSync(path.join(tmpdir(), 'framewatch-faults-'));
const model = await prepareModel({ name: 'inception-v3-content-safety', modelsDir: path.join(root, 'models'), stateDir, logger: silentLogger });
const { selfTest, labels, inputSize } = model;
if (selfTest === null) throw new Error('the model has no self-test');
const pictures = selfTest.pictures.map(({ drawing, seed }) => drawTestPicture(drawing, seed, inputSize));

async function ask(open: OpenBackend, asked: LocalModel, bend: (pixels: Uint8Array) => Uint8Array = (pixels) => pixels): Promise<BackendOutput[]> {
  const backend = await open(asked, CPU);
  const said: BackendOutput[] = [];
  for (const picture of pictures) said.push(await backend.run(bend(picture), 1));
  await backend.close();
  return said;
}

/** The same network, converted with another input or other wiring. */
async function converted(name: string, input: Partial<NetworkInput>, rewire: (topology: string) => string = (topology) => topology) {
  const source = await readLayersModel(model.source as TfjsSource, model.sha256);
  const topology = JSON.parse(rewire(JSON.stringify(source.topology))) as object;
  const onnxFile = path.join(stateDir, `${name}.onnx`);
  writeFileSync(onnxFile, convertToOnnx({ ...source, topology }, { ...model, name, input: { ...model.input, ...input } }));
  return { ...model, onnxFile };
}

/** The pooling before the features looks at the block before. */
function fromBlockBefore(topology: string): string {
  const rewired = topology.replace(
    '"inbound_nodes":[[["mixed10",0,0,{}]]]},{"name":"flatten_1"',
    `"inbound_nodes":[[["${BLOCK_BEFORE}",0,0,{}]]]},{"name":"flatten_1"`,
  );
  if (rewired === topology) throw new Error('the topology is wired otherwise than this program knows');
  return rewired;
}

interface Moved {
  readonly fault: string;
  /** In multiples of the tolerance, by picture; null: what is compared is not touched by this fault. */
  readonly probabilities: readonly number[] | null;
  readonly features: readonly number[] | null;
}

const probabilitiesMoved = (said: readonly BackendOutput[]) =>
  selfTest.pictures.map(({ expected }, at) => {
    const distances = labels.map((label, index) => Math.abs((expected[label] ?? 0) - (said[at]?.probabilities[index] ?? Number.NaN)));
    return Math.max(...distances) / selfTest.tolerance;
  });
const featuresMoved = (said: readonly (Float32Array | null | undefined)[]) =>
  selfTest.pictures.map(({ features }, at) =>
    features === null ? 0 : digestDistance(features, digestOf(said[at] ?? new Float32Array())) / (selfTest.featureTolerance ?? 1),
  );
const bothMoved = (fault: string, said: readonly BackendOutput[]): Moved => ({
  fault,
  probabilities: probabilitiesMoved(said),
  features: featuresMoved(said.map(({ features }) => features)),
});
const evenly = (value: number) => [value, value, value] as const;

if (values.expectations) {
  const said = await ask(openWasm, model);
  const seen = selfTest.pictures.map(({ drawing, seed }, at) =>
    expectation({ drawing, seed, probabilities: said[at]?.probabilities ?? new Float32Array(), features: said[at]?.features ?? null }, labels),
  );
  console.log(stringify({ pictures: seen }, { lineWidth: 150 }));
} else {
  const right = await ask(openOnnx, model);
  const normalised = async (name: string, mean: number, scale: number) =>
    ask(openOnnx, await converted(name, { normalisation: { mean: evenly(mean), scale: evenly(scale) } }));
  const swapped = (pixels: Uint8Array) => pixels.map((_, at) => pixels[at + 2 - 2 * (at % 3)] ?? 0);
  const upsideDown = (pixels: Uint8Array) =>
    pixels.map((_, at) => pixels[(inputSize - 1 - Math.floor(at / (inputSize * 3))) * inputSize * 3 + (at % (inputSize * 3))] ?? 0);
  const features = (bend: (values: Float32Array) => Float32Array) => featuresMoved(right.map((said) => bend(said.features ?? new Float32Array())));
  const pairs = labels.flatMap((one, index) => labels.slice(index + 1).map((other) => [one, other] as const));
  const moved: readonly Moved[] = [
    bothMoved('none: onnx against the reference', right),
    bothMoved('red and blue swapped', await ask(openOnnx, model, swapped)),
    bothMoved('bytes become −1 … 1, not 0 … 1', await normalised('half', 127.5, 127.5)),
    bothMoved('bytes stay 0 … 255', await normalised('bytes', 0, 1)),
    bothMoved("ImageNet's mean and deviation", await normalised('imagenet', 117, 58)),
    bothMoved('upside down', await ask(openOnnx, model, upsideDown)),
    ...pairs.map(([one, other]) => ({
      fault: `labels ${one} and ${other} swapped`,
      probabilities: selfTest.pictures.map(({ expected }) => Math.abs((expected[one] ?? 0) - (expected[other] ?? 0)) / selfTest.tolerance),
      features: null,
    })),
    {
      fault: `features of ${BLOCK_BEFORE}, the block before`,
      probabilities: null,
      features: featuresMoved((await ask(openOnnx, await converted('before', {}, fromBlockBefore))).map((said) => said.features)),
    },
    { fault: 'features in reverse order', probabilities: null, features: features((row) => row.toReversed()) },
    {
      fault: 'features moved by one place',
      probabilities: null,
      features: features((row) => Float32Array.from(row, (_, at) => row[(at + 1) % row.length] ?? 0)),
    },
    { fault: 'features a quarter too large', probabilities: null, features: features((row) => row.map((value) => value * 1.25)) },
    { fault: 'one feature in twenty is 0', probabilities: null, features: features((row) => row.map((value, at) => (at % 20 === 7 ? 0 : value))) },
  ];
  const most = ({ probabilities, features: others }: Moved) => Math.max(...(probabilities ?? []), ...(others ?? []));
  if (values.json) console.log(JSON.stringify({ tolerance: selfTest.tolerance, featureTolerance: selfTest.featureTolerance, moved }, null, 2));
  else {
    const times = (value: number | undefined) => (value === undefined ? '–' : value >= 10 ? value.toFixed(0) : value.toFixed(value < 0.01 ? 4 : 1));
    console.log(
      `in tolerances (${selfTest.tolerance} of a probability, ${selfTest.featureTolerance ?? '–'} of the features' length): probabilities / features\n`,
    );
    printTable(
      ['fault', ...selfTest.pictures.map(({ drawing, seed }) => `${drawing} ${seed}`), 'most'],
      moved.map((line) => [
        line.fault,
        ...pictures.map((_, at) => `${times(line.probabilities?.[at])} / ${times(line.features?.[at])}`),
        times(most(line)),
      ]),
    );
  }
  const unseen = moved.slice(1).filter((line) => most(line) < 10);
  for (const { fault } of unseen) console.error(`moves no picture by ten tolerances: ${fault}`);
  process.exitCode = unseen.length === 0 ? 0 : 1;
}
rmSync(stateDir, { recursive: true, force: true });
