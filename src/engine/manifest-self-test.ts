import type { SelfTest, SelfTestPicture } from './backend.ts';
import { labelsInWords } from './manifest-labels.ts';
import { DRAWING_NAMES } from './test-picture.ts';
import type { YamlFields } from './yaml-form.ts';

/** What stands in place of the pictures in the manifest of a model whose right answers nobody has seen yet. */
export const NO_SELF_TEST = 'none';

/** Expected probabilities are written with four digits, and labels near 0 may be left out. */
const SUM_TOLERANCE = 0.02;

/** `selfTest`, of the manifest's root: `none`, or `{ tolerance, pictures }`. */
export function readSelfTest(root: YamlFields, labels: readonly string[]): SelfTest | null {
  if (root.is('selfTest', NO_SELF_TEST)) return null;
  const selfTest = root.fields('selfTest');
  selfTest.known('tolerance', 'pictures');
  const known = new Set(labels);
  const pictures = selfTest.fieldsList('pictures').map((picture) => readPicture(picture, known));
  if (pictures.length === 0) selfTest.refuse('pictures', `one picture or more was expected (or selfTest: ${NO_SELF_TEST})`);
  return { tolerance: selfTest.number('tolerance', (value) => value > 0 && value <= 1, 'a number above 0, at most 1'), pictures };
}

function readPicture(picture: YamlFields, labels: ReadonlySet<string>): SelfTestPicture {
  picture.known('drawing', 'seed', 'expected');
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
  return { drawing, seed, expected };
}
