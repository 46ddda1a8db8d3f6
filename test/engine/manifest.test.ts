import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type ModelManifest, parseManifest } from '../../src/engine/manifest.ts';
import { FramewatchError } from '../../src/util/errors.ts';

const NAME = 'inception-v3-content-safety';
const FOLDER = fileURLToPath(new URL(`../../models/${NAME}`, import.meta.url));
const MANIFEST = readFileSync(`${FOLDER}/model.yaml`, 'utf8');
const LABELS = readFileSync(`${FOLDER}/labels.yaml`, 'utf8');

const parse = (manifest: string, labels = LABELS): ModelManifest => parseManifest({ folder: '/m', manifest, readLabels: () => labels }, NAME);

/** The lines of the error that parsing throws, with the change made to the bundled manifest. */
function problems(change: (manifest: string) => string, labels = LABELS): readonly string[] {
  try {
    parse(change(MANIFEST), labels);
  } catch (error) {
    if (error instanceof FramewatchError && error.code === 'MODEL_INVALID') return error.message.split('\n');
    throw error;
  }
  return [];
}

const lineOf = (text: string) => MANIFEST.slice(0, MANIFEST.indexOf(text)).split('\n').length;

it('docs/models.md describes every field', () => {
  const text = readFileSync(new URL('../../docs/models.md', import.meta.url), 'utf8');
  const fields = [...MANIFEST.matchAll(/^ {0,2}(\w+):/gm)].map(([, field]) => field ?? '').filter((field) => field !== 'unsafe');
  expect(fields).toEqual(expect.arrayContaining(['schema', 'topologySha256', 'normalisation', 'tolerance']));
  for (const field of fields) expect(text).toMatch(new RegExp(`\\b${field}\\b`));
});

describe('the bundled manifest', () => {
  it('is valid and says what the network is', () => {
    const manifest = parse(MANIFEST);
    expect(manifest.labels).toEqual(['Drawing', 'Hentai', 'Neutral', 'Porn', 'Sexy']);
    expect(manifest.defaultRules).toEqual({ unsafe: { labels: ['Porn', 'Hentai', 'Sexy'] } });
    expect(manifest.input).toEqual({ size: 299, fit: 'stretch', normalisation: { mean: 0, scale: 255 } });
    expect(manifest.layersModel).toMatchObject({
      kind: 'npm',
      packageName: 'nsfwjs',
      outputLayers: { probabilities: 'dense_3', features: 'flatten_1' },
    });
    expect(manifest.featureSize).toBe(2048);
    expect(manifest.labelTitles['Neutral']).toBe('Neutral picture');
  });

  it('expects probabilities that add up to 1', () => {
    for (const { expected } of parse(MANIFEST).selfTest.pictures) {
      expect(Object.values(expected).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 3);
    }
  });
});

describe('parseManifest', () => {
  it('reports every problem of a file at once, each at its line', () => {
    const found = problems((text) =>
      text.replace('scale: 255', 'scale: 0').replace('colourOrder: rgb', 'colourOrder: grb').replace('license:', 'licence:'),
    );
    expect(found).toHaveLength(4);
    expect(found.join('\n')).toContain(`/m/model.yaml:${lineOf('normalisation: {')}:36: input.normalisation.scale: a number above 0 was expected`);
    expect(found.join('\n')).toContain(`/m/model.yaml:${lineOf('colourOrder')}:16: input.colourOrder: one of rgb, bgr was expected`);
    expect(found.join('\n')).toContain('licence: unknown key');
    expect(found.join('\n')).toContain('license: a mapping was expected');
  });

  it.each([
    ['a hash that is none', (text: string) => text.replace(/weightsSha256: \w+/, 'weightsSha256: 12'), 'weightsSha256: a SHA-256'],
    ['a name that is not the folder’s', (text: string) => text.replace(`name: ${NAME}`, 'name: other'), 'the folder is called'],
    ['a rule with a label that does not exist', (text: string) => text.replace('[Porn,', '[Pron,'), 'the model has no label Pron'],
    [
      'a rule with an unknown key',
      (text: string) => text.replace('labels: [Porn, Hentai, Sexy]', 'labels: [Porn], entr: 0.5'),
      'defaultRules.unsafe.entr: unknown key',
    ],
    ['a self-test without a label', (text: string) => text.replace('Drawing: 0.1672, ', ''), 'expected.Drawing: a probability'],
    ['a drawing that does not exist', (text: string) => text.replace('drawing: sunset', 'drawing: portrait'), 'no drawing is called portrait'],
    ['another schema', (text: string) => text.replace('schema: 1', 'schema: 2'), 'schema: 1 was expected'],
    ['a labels file elsewhere', (text: string) => text.replace('labels: labels.yaml', 'labels: ../../etc/passwd'), 'a file beside the manifest'],
    ['a key that stands twice', (text: string) => `${text}\nlabels: other.yaml\n`, 'unique'],
    ['text that is not YAML', () => 'a: [', 'model.yaml:1:'],
  ])('refuses %s', (_, change, message) => {
    expect(problems(change).join('\n')).toContain(message);
  });

  it('refuses a label that stands twice, in the labels file', () => {
    expect(problems((text) => text, '- name: a\n- name: a\n')).toEqual(['/m/labels.yaml:2:9: [1].name: a stands twice']);
  });

  it('keeps the order of labels that look like numbers', () => {
    const manifest = MANIFEST.replace(/expected: .*/g, 'expected: { "9": 1, "1": 0 }').replace('[Porn, Hentai, Sexy]', '["1"]');
    expect(parse(manifest, '- name: "9"\n- name: "1"\n').labels).toEqual(['9', '1']);
  });
});
