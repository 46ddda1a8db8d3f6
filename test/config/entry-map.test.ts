import { describe, expect, it } from 'vitest';
import { namedEntries } from '../../src/config/entry-map.ts';
import { Findings, formatProblem } from '../../src/config/problem.ts';
import { parseYaml } from '../../src/config/yaml-source.ts';

describe('namedEntries', () => {
  it('gives maps and empty entries, and reports the rest', () => {
    const findings = new Findings();
    const entries = namedEntries(parseYaml('a: { b: 1 }\nc:\nd: 5\ne: []\n"f g": {}\n', findings) ?? undefined, findings);
    expect(entries.map(({ id, map }) => [id, map?.entries.size])).toEqual([
      ['a', 1],
      ['c', undefined],
      ['f g', 0],
    ]);
    expect(findings.errors('f', (line) => line).map(formatProblem)).toEqual([
      'f:3:4: d: is not a map (lines of `key: value` below it)',
      'f:4:4: e: is not a map (lines of `key: value` below it)',
      'f:5:1: ["f g"]: the name "f g" does not have the right form (letters, digits, _ and -, at most 64 of them)',
    ]);
  });

  it('refuses a crowd', () => {
    const findings = new Findings();
    const crowd = parseYaml(Array.from({ length: 1001 }, (_, index) => `c${index}: {}\n`).join(''), findings) ?? undefined;
    expect([namedEntries(crowd, findings), findings.failed]).toEqual([[], true]);
  });

  it('is empty for what is no map', () => {
    expect(namedEntries(undefined, new Findings())).toEqual([]);
  });
});
