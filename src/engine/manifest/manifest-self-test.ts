import type { SelfTest, SelfTestPicture } from '../backend.ts';
import { type FeatureDigest, PROJECTIONS } from '../self-test/feature-digest.ts';
import { DRAWING_NAMES } from '../self-test/test-picture.ts';
import { labelsInWords } from './manifest-labels.ts';
import type { YamlFields } from './yaml-form.ts';

/** What stands in place of the pictures in the manifest of a model whose right answers nobody has seen yet. */
export const NO_SELF_TEST = 'none';

/** Expected probabilities are written with four digits, and labels near 0 may be left out. */
const SUM_TOLERANCE = 0.02;

const isTolerance = (value: number) => value > 0 && value <= 1;
const TOLERANCE_WANTED = 'a number above 0, at most 1';

/** `selfTest`, of the manifest's root: `none`, or `{ tolerance, pictures }`, with `featureTolerance` where the pictures have features. */
export function readSelfTest(root: YamlFields, labels: readonly string[], hasFeatures: boolean): SelfTest | null {
  if (root.is('selfTest', NO_SELF_TEST)) return null;
  const selfTest = root.fields('selfTest');
  selfTest.known('tolerance', 'featureTolerance', 'pictures');
  const expectsFeatures = selfTest.has('featureTolerance');
  if (expectsFeatures && !hasFeatures) selfTest.refuse('featureTolerance', 'outputs names no features');
  const known = new Set(labels);
  const pictures = selfTest.fieldsList('pictures').map((picture) => readPicture(picture, known, expectsFeatures));
  if (pictures.length === 0) selfTest.refuse('pictures', `one picture or more was expected (or selfTest: ${NO_SELF_TEST})`);
  return {
    tolerance: selfTest.number('tolerance', isTolerance, TOLERANCE_WANTED),
    featureTolerance: expectsFeatures ? selfTest.number('featureTolerance', isTolerance, TOLERANCE_WANTED) : null,
    pictures,
  };
}

function readPicture(picture: YamlFields, labels: ReadonlySet<string>, expectsFeatures: boolean): SelfTestPicture {
  picture.known('drawing', 'seed', 'expected', 'features');
  const drawing = picture.text('drawing');
  if (!DRAWING_NAMES.includes(drawing)) picture.refuse('drawing', `no drawing is called ${drawing} (known are ${DRAWING_NAMES.join(', ')})`);
  const seed = picture.number('seed', (value) => Number.isSafeInteger(value) && value > 0, 'a whole number above 0');
  const fields = picture.fields('expected');
  const expected: Record<string, number> = {};
  for (const label of fields.keys()) {
    if (!labels.has(label)) fields.refuse(label, `the model has no label ${label} (it has ${labelsInWords([...labels])})`);
    expected[label] = fields.number(label, (value) => value >= 0 && value <= 1, 'a probability 0…1');
  }
  const sum = Object.values(expected).reduce((total, value) => total + value, 0);
  if (Math.abs(sum - 1) > SUM_TOLERANCE) picture.refuse('expected', `adds up to ${sum.toFixed(3)}, not 1 (a label that is left out counts as 0)`);
  if (!expectsFeatures && picture.has('features')) picture.refuse('features', 'selfTest has no featureTolerance to hold them to');
  return { drawing, seed, expected, features: expectsFeatures ? readDigest(picture.fields('features')) : null };
}

function readDigest(digest: YamlFields): FeatureDigest {
  digest.known('norm', 'projections');
  return {
    norm: digest.number('norm', (value) => value >= 0, 'a number, 0 or more'),
    projections: digest.numbers('projections', PROJECTIONS, Number.isFinite, 'a number'),
  };
}
