import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Findings, formatProblem } from '../../src/config/problem.ts';
import { type Environment, substituteAll } from '../../src/config/substitution.ts';
import { parseYaml } from '../../src/config/yaml-source.ts';

function substituted(value: string, env: Environment): { value: unknown; fromEnv: unknown; errors: string[] } {
  const findings = new Findings();
  const root = parseYaml(`a: ${JSON.stringify(value)}\n`, findings);
  const node = root && substituteAll(root, env, findings).entries.get('a')?.node;
  const errors = findings.errors('f', (line) => line).map(formatProblem);
  return node?.kind === 'scalar' ? { value: node.value, fromEnv: node.fromEnv, errors } : { value: undefined, fromEnv: undefined, errors };
}

describe('substituteAll', () => {
  it.each([
    ['$' + '{A}', 'one'],
    ['$' + '{A}-$' + '{B}', 'one-two'],
    ['$' + '{C:-three}', 'three'],
    ['$' + '{EMPTY:-three}', 'three'],
    ['$' + '{EMPTY}', ''],
    ['$' + '{C:-}', ''],
    ['$' + '{C:-rtsp://h:554/x}', 'rtsp://h:554/x'],
    ['$$' + '{A}', '$' + '{A}'],
    ['costs $5, $A, $$', 'costs $5, $A, $$'],
  ])('%s becomes %s', (text, expected) => {
    expect(substituted(text, { A: 'one', B: 'two', EMPTY: '' })).toMatchObject({ value: expected, errors: [] });
  });

  it('reports a missing variable at its place', () => {
    expect(substituted('$' + '{NOPE}', {}).errors).toEqual([
      'f:1:4: a: the environment has no variable NOPE (set NOPE, or write $' + '{NOPE:-default})',
    ]);
    expect(substituted('$' + '{toString}', {}).errors[0]).toContain('no variable toString');
  });

  it('reports a reference that is none', () => {
    for (const text of ['$' + '{', '$' + '{A', '$' + '{1A}', '$' + '{A B}'])
      expect(substituted(text, { A: 'x' }).errors[0]).toContain('no name and no closing bracket');
  });

  it('gives the content of the variable exactly, whatever is in it, and marks it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (content) => {
        expect(substituted('<$' + '{A}>', { A: content })).toEqual({ value: `<${content}>`, fromEnv: true, errors: [] });
      }),
    );
    expect(substituted('$' + '{A}', { A: '$' + '{B}', B: 'never' }).value).toBe('$' + '{B}');
  });
});
