import type { ModelFacts } from '../../config/config.ts';
import { labelsInWords } from './manifest-labels.ts';
import type { YamlFields } from './yaml-form.ts';

const isWhole = (value: number) => Number.isSafeInteger(value) && value > 0;
const isFraction = (value: number) => value >= 0 && value <= 1;

/** `defaultRules`: rules for cameras that have none of their own. */
export function readDefaultRules(rules: YamlFields, labels: readonly string[]): ModelFacts['defaultRules'] {
  return Object.fromEntries(rules.keys().map((id) => [id, readRule(rules.fields(id), labels)]));
}

function readRule(rule: YamlFields, labels: readonly string[]): ModelFacts['defaultRules'][string] {
  const scores = ['enter', 'exit'] as const;
  const durations = ['enterForMs', 'offDelayMs', 'cooldownMs', 'maxDurationMs'] as const;
  rule.known('labels', 'minFrames', ...scores, ...durations);
  const wanted = rule.texts('labels');
  for (const label of wanted) if (!labels.includes(label)) rule.refuse('labels', `the model has no label ${label} (it has ${labelsInWords(labels)})`);
  const numbers: Record<string, number> = {};
  for (const key of scores) if (rule.has(key)) numbers[key] = rule.number(key, isFraction, 'a number 0…1');
  for (const key of durations) if (rule.has(key)) numbers[key] = rule.number(key, (value) => value >= 0, 'milliseconds, 0 or more');
  if (rule.has('minFrames')) numbers['minFrames'] = rule.number('minFrames', isWhole, 'a whole number above 0');
  return { ...numbers, labels: wanted };
}
