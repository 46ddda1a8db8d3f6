// What features cost when they are asked for, and what it costs that they could be: `npm run -s bench:features -- [--rounds 60] [--batch 1] [--backend onnx]`.
// The same pictures, in turn in one run: a network opened without features, one opened without them after a batch that had asked (as the self-test does), and one
// opened with them. Ratios of the median are to the first.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Backend } from '../src/engine/backend.ts';
import { openOnnx } from '../src/engine/backends/onnx.ts';
import { openWasm } from '../src/engine/backends/wasm.ts';
import { prepareModel } from '../src/engine/models/model-preparation.ts';
import { drawTestPicture } from '../src/engine/self-test/test-picture.ts';
import { silentLogger } from '../src/util/logger.ts';
import { quantile } from '../src/util/percentile.ts';
import { printTable } from './table.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '60' }, batch: { type: 'string', default: '1' }, backend: { type: 'string', default: 'onnx' } },
});
const [rounds, batch] = [Number(values.rounds), Number(values.batch)];
const open = values.backend === 'wasm' ? openWasm : openOnnx;

const stateDir = mkdtempSync(path.join(tmpdir(), 'framewatch-features-'));
const modelsDir = path.resolve(import.meta.dirname, '../models');
const model = await prepareModel({ name: 'inception-v3-content-safety', modelsDir, stateDir, logger: silentLogger });
const pixels = Buffer.concat(Array.from({ length: batch }, (_, index) => drawTestPicture('ellipses', index + 1, model.inputSize)));
const contenders: { readonly name: string; readonly features: boolean; readonly backend: Backend; readonly ms: number[] }[] = [];
for (const [name, features] of [
  ['off', false],
  ['off, asked for once at the start', false],
  ['on', true],
] as const)
  contenders.push({ name, features, backend: await open(model, { device: 'cpu', threads: 0, features }), ms: [] });
await contenders[1]?.backend.run(pixels, batch, true);
for (const { backend } of contenders) await backend.run(pixels, batch);
for (let round = 0; round < rounds; round += 1) {
  // Another goes first each time: whoever follows another may find its memory still in the cache.
  for (let turn = 0; turn < contenders.length; turn += 1) {
    const contender = contenders[(round + turn) % contenders.length];
    const start = performance.now();
    const output = await contender?.backend.run(pixels, batch);
    contender?.ms.push(performance.now() - start);
    if ((output?.features === null) === contender?.features) throw new Error(`features are wrong: ${contender.name}`);
  }
}
for (const { backend } of contenders) await backend.close();
rmSync(stateDir, { recursive: true, force: true });
const base = contenders[0]?.ms ?? [];
console.log(`${values.backend}, batch of ${batch}, ${rounds} rounds\n`);
printTable(
  ['features', 'median, ms', 'quartiles, ms', 'ratio by round: median', 'quartiles'],
  contenders.map(({ name, ms }) => {
    const ratios = ms.map((value, round) => value / (base[round] ?? Number.NaN));
    const quartiles = (list: readonly number[], digits: number) => `${quantile(list, 0.25).toFixed(digits)}–${quantile(list, 0.75).toFixed(digits)}`;
    return [name, quantile(ms, 0.5), quartiles(ms, 1), quantile(ratios, 0.5).toFixed(3), quartiles(ratios, 3)];
  }),
);
