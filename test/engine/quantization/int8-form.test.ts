import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { findInt8, quantizeAdvice, readInt8Record, requireWritable, writeInt8 } from '../../../src/engine/quantization/int8-form.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';

const SELF_TEST = {
  tolerance: 0.01,
  featureTolerance: null,
  pictures: [{ drawing: 'ellipses', seed: 1, expected: { a: 0.25, b: 0.75 }, features: null }],
};
const FACTS = { floatForm: 'm-1-2-v2.onnx', writtenAt: '2026-01-01T00:00:00.000Z', selfTest: SELF_TEST };
const GRAPH = Buffer.alloc(50_000, 'graph');

let folders = { stateDir: '' };
let folder = '';
beforeEach(() => {
  folders = { stateDir: temporaryDirectory() };
  folder = join(folders.stateDir, 'models', 'm');
});

describe('the int8 form of a model', () => {
  it('is found by the float form that it was made of', async () => {
    expect(await findInt8('m', folders, FACTS.floatForm)).toEqual({ state: 'absent', reason: 'the model m has no int8 form' });
    const file = await writeInt8('m', folders, GRAPH, FACTS);
    expect(readFileSync(file).equals(GRAPH)).toBe(true);
    const found = await findInt8('m', folders, FACTS.floatForm);
    expect(found).toMatchObject({ state: 'ready', file, selfTest: SELF_TEST });
    expect(readInt8Record('m', folders, FACTS.floatForm)).toMatchObject({ sha256: 'sha256' in found ? found.sha256 : null });
  });

  it('is stale when weights, manifest or converter are others', async () => {
    await writeInt8('m', folders, GRAPH, FACTS);
    expect(await findInt8('m', folders, 'm-1-2-v3.onnx')).toMatchObject({ state: 'stale', reason: expect.stringContaining('other weights') });
  });

  it('is replaced by the next one, of which nothing older is left', async () => {
    await writeInt8('m', folders, GRAPH, FACTS);
    const file = await writeInt8('m', folders, Buffer.alloc(10, 'new'), FACTS);
    expect(await findInt8('m', folders, FACTS.floatForm)).toMatchObject({ state: 'ready', file });
    expect(readdirSync(folder)).toHaveLength(3);
  });

  it.each<[string, (file: string) => void, string]>([
    ['one flipped bit of the graph', (file) => writeFileSync(file, Buffer.from(GRAPH).fill(0, 7, 8)), 'is damaged'],
    ['another graph and its hash', (file) => rehash(file, Buffer.from('another graph')), 'is damaged'],
    ['a graph that is gone', (file) => rmSync(file), 'is missing'],
    ['half a record', () => writeFileSync(join(folder, 'int8.json'), '{"format":1'), 'cannot be read'],
    ['a record of another version', () => writeFileSync(join(folder, 'int8.json'), '{"format":9}'), 'another version'],
    ['a record without expected results', () => change({ selfTest: { tolerance: 0.1, pictures: [] } }), 'is damaged'],
    ['a hash that is a path', () => change({ sha256: '../../etc/passwd' }), 'is damaged'],
  ])('is not used with %s, and says so', async (_what, harm, words) => {
    harm(await writeInt8('m', folders, GRAPH, FACTS));
    expect(await findInt8('m', folders, FACTS.floatForm)).toMatchObject({ state: 'damaged', reason: expect.stringContaining(words) });
  });
});

function rehash(file: string, graph: Buffer): void {
  writeFileSync(file, graph);
  writeFileSync(`${file}.sha256`, `${createHash('sha256').update(graph).digest('hex')}\n`);
}

function change(over: object): void {
  const file = join(folder, 'int8.json');
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...over }));
}

it('says where it could not be kept, before the work and after it, and leaves nothing half', async () => {
  writeFileSync(join(folders.stateDir, 'models'), 'no folder');
  const wanted = { code: 'OUTPUT_UNWRITABLE', message: expect.stringContaining(folder) };
  await expect(requireWritable('m', folders)).rejects.toMatchObject(wanted);
  await expect(writeInt8('m', folders, GRAPH, FACTS)).rejects.toMatchObject(wanted);
});

it('says how to get one', () => expect(quantizeAdvice('m')).toContain('models quantize m'));
