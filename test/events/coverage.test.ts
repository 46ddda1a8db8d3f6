import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COVERAGE_REASONS, COVERAGE_STATES, coverageView } from '../../src/events/coverage.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

describe('the words of coverage', () => {
  it('are all documented, and no others', () => {
    const documented = [...read('docs/coverage.md').matchAll(/^\| `(\w+)` \|/gm)].map(([, word]) => word);
    expect(documented.toSorted()).toEqual([...COVERAGE_STATES, ...COVERAGE_REASONS].toSorted());
  });

  it('are all said in words on the dashboard', () => {
    const words = read('src/dashboard/ui/words.ts');
    const known = [...words.slice(words.indexOf('REASONS'), words.indexOf('export function coverageInWords')).matchAll(/^ {2}(\w+):/gm)];
    expect(known.map(([, word]) => word).toSorted()).toEqual(COVERAGE_REASONS.toSorted());
  });

  it('leave the program with their time as text', () => {
    expect(coverageView({ state: 'blind', since: 0, reason: 'engine' })).toEqual({
      state: 'blind',
      since: '1970-01-01T00:00:00.000Z',
      reason: 'engine',
    });
  });
});
