import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Ask, type DecisionOptions, decide, parseNormalisation } from '../../src/cli/import-decisions.ts';
import type { Inspection } from '../../src/engine/inspection/inspection.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const INSPECTION: Inspection = {
  ...{ format: 'tfjs-layers', architecture: 'inception_v3', topologySha256: 'a', weightsSha256: 'b' },
  files: [{ from: '/somewhere/net/model.json', to: 'original/model.json' }],
  input: { name: null, layout: 'nhwc', dtype: 'float32', size: 299 },
  classes: { name: 'predictions', kind: 'probabilities', length: 3 },
  features: { name: 'avg_pool', size: 2048 },
};
const TOLD: DecisionOptions = { name: 'mine', normalise: '-1..1', labels: 'numbered' };

const decisions = async (options: Partial<DecisionOptions> = {}, inspection = INSPECTION, ask: Ask | null = null) =>
  decide(inspection, { ...TOLD, ...options }, '/imagenet', ask);

describe('decide', () => {
  it('takes what is read and told, and what is usual for the rest', async () => {
    expect(await decisions()).toEqual({
      ok: true,
      decisions: {
        ...{ name: 'mine', title: 'mine', architecture: 'inception_v3', inputSize: 299, colourOrder: 'rgb', fit: 'stretch' },
        normalisation: { mean: [127.5, 127.5, 127.5], scale: [127.5, 127.5, 127.5] },
        ...{ kind: 'probabilities', features: 'avg_pool' },
        labels: [0, 1, 2].map((index) => ({ name: `class ${index}`, title: `class ${index}` })),
        license: { spdx: 'NOASSERTION', origin: 'model.json' },
      },
    });
    expect(await decisions({ features: 'none' })).toMatchObject({ decisions: { features: null } });
    expect(await decisions({ features: 'flatten' })).toMatchObject({ decisions: { features: 'flatten' } });
  });

  it('lists all that is missing when there is nobody to ask', async () => {
    const open: Inspection = { ...INSPECTION, input: { ...INSPECTION.input, size: null }, classes: { ...INSPECTION.classes, kind: null } };
    const decided = await decide(open, { name: 'mine' }, '/imagenet', null);
    expect(decided).toMatchObject({
      ok: false,
      missing: [/^--normalise \(/, /^--outputs \(what predictions gives/, /^--labels \(names of the 3 values/, /^--size \(/].map((pattern): unknown =>
        expect.stringMatching(pattern),
      ),
    });
  });

  it('asks for what no option says, and takes what is usual for an empty answer', async () => {
    const asked: string[] = [];
    const answers: Record<string, string> = { bytes: 'caffe', colours: 'bgr', values: 'numbered' };
    const ask: Ask = (question, otherwise) => {
      asked.push(question);
      return Promise.resolve(Object.entries(answers).find(([word]) => question.includes(word))?.[1] ?? otherwise ?? '');
    };
    expect(await decide(INSPECTION, { name: 'mine' }, '/imagenet', ask)).toMatchObject({
      ok: true,
      decisions: { colourOrder: 'bgr', fit: 'stretch', normalisation: { mean: [123.68, 116.779, 103.939] } },
    });
    expect(asked).toHaveLength(4);
    await decide(INSPECTION, { ...TOLD, colourOrder: 'rgb', fit: 'stretch' }, '/imagenet', ask);
    expect(asked).toHaveLength(4);
  });

  it('does not normalise for a network that takes bytes', async () => {
    const bytes: Inspection = { ...INSPECTION, input: { ...INSPECTION.input, dtype: 'uint8' } };
    expect(await decide(bytes, { name: 'mine', labels: 'numbered' }, '/imagenet', null)).toMatchObject({
      decisions: { normalisation: { mean: [0, 0, 0], scale: [1, 1, 1] } },
    });
  });

  it('reads labels from a file, or those of ImageNet, and counts them', async () => {
    const folder = temporaryDirectory();
    writeFileSync(join(folder, 'pets.txt'), 'cat\ndog\nowl\n');
    writeFileSync(join(folder, 'labels.yaml'), '- name: tench\n- name: goldfish\n');
    expect(await decisions({ labels: join(folder, 'pets.txt') })).toMatchObject({
      decisions: { labels: [{ name: 'cat' }, { name: 'dog' }, { name: 'owl' }] },
    });
    const imagenet = decide(INSPECTION, { ...TOLD, labels: 'imagenet' }, folder, null);
    await expect(imagenet).rejects.toThrow('holds 2 labels, but predictions gives 3 values a picture');
    await expect(decisions({ labels: join(folder, 'missing') })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining('ENOENT'),
    });
    const unknown: Inspection = { ...INSPECTION, classes: { ...INSPECTION.classes, length: null } };
    await expect(decisions({}, unknown)).rejects.toThrow('labels cannot be numbered');
  });
});

describe('parseNormalisation', () => {
  it.each([
    ['0..1', [0, 0, 0], [255, 255, 255]],
    ['0..255', [0, 0, 0], [1, 1, 1]],
    ['imagenet', [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]],
    ['10/2', [10, 10, 10], [2, 2, 2]],
    ['1,2,3/4,5,6', [1, 2, 3], [4, 5, 6]],
    ['-1,-2,-3/4', [-1, -2, -3], [4, 4, 4]],
  ])('%s', (text, mean, scale) => {
    expect(parseNormalisation(text)).toEqual({ mean, scale });
  });

  it.each(['', '1', '1/0', '1/2/3', '1,2/3', 'x/1', '1,,2/3', '0..2', 'constructor'])('refuses %s', (text) => {
    expect(() => parseNormalisation(text)).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
  });
});
