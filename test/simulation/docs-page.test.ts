import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { generatedPart, nameOf, withGeneratedPart } from '../../bench/batching/docs-page.ts';
import { Random } from '../../bench/batching/random.ts';
import { RECIPES, REPORT_SEEDS } from '../../bench/batching/recipes.ts';
import { committedTraces } from '../../bench/batching/replay.ts';
import { POLICIES, row } from './rows.ts';

const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/batching.md'), 'utf8');
const report = {
  seeds: [101, 102],
  microsPerFrame: 2.34,
  lookingAhead: 'mixed cpu 0.8: 200 µs a decision',
  rows: ['mixed', 'bursts', 'trace shop'].flatMap((scenario) => POLICIES.map((policy, index) => row({ scenario, policy, missed: 10 - index }))),
};

/** The cells of every line of a table, headings left out. */
function cellsOf(text: string): string[][] {
  const lines = text.split('\n').filter((line) => line.startsWith('| '));
  return lines.filter((line) => !line.startsWith('| scenario')).map((line) => line.slice(2, -2).split(' | '));
}

describe('the generated part of a page', () => {
  it('has all figures of the main scenario and of recordings, a line for each other one', () => {
    const part = generatedPart(report);
    expect(part).toContain(
      'Seeds 101, 102, together. The scheduler itself: 2.3 µs a frame with 1,000 cameras at 5 frames/s. Looking ahead, mixed cpu 0.8: 200 µs a decision.',
    );
    const cells = cellsOf(part);
    expect(cells.map(([name]) => name?.split(',')[0])).toEqual([...Array<string>(5).fill('mixed'), 'bursts', ...Array<string>(5).fill('trace shop')]);
    expect(cells[0]).toEqual([
      ...['mixed, cpu, 24 cameras, load 0.8', '`deadline`', '1.00 %', '0.40 / 0.60 %', '61, 240, 1,312', '1.5', '0.999', '0.97'],
      'superseded 1,234, expired 2',
    ]);
    expect(cells.slice(0, 5).map(([, policy]) => policy)).toEqual(['`deadline`', '`told`', '`eager`', '`fifo`', 'best timer: 50 ms']);
    expect(cells[5]).toEqual([
      'bursts, cpu, 24 cameras, load 0.8',
      '1.00 %',
      '0.40 / 0.60 %',
      '1.00 %',
      '1.00 %',
      '1.00 %',
      '1.00 %',
      '61, 240',
      '1.5',
      '0.97',
    ]);
  });

  it('replaces itself and nothing else, and says when a page has no place for it', () => {
    const once = withGeneratedPart(`before\n${generatedPart({ ...report, rows: [] })}\nafter\n`, generatedPart(report));
    expect(once).toBe(`before\n${generatedPart(report)}\nafter\n`);
    expect(withGeneratedPart(once, generatedPart(report))).toBe(once);
    expect(() => withGeneratedPart('# Batching\n', '')).toThrow('the page has no lines');
  });
});

// After a change of scenarios, seeds or policies: npm run bench:batching -- --docs docs/batching.md --chart docs/images/batching.svg
describe('docs/batching.md', () => {
  it('was generated with the scenarios, seeds and recordings that the program has now', () => {
    const cells = cellsOf(page.slice(page.indexOf('<!-- generated'), page.indexOf('<!-- end of the generated')));
    const named = [...new Set(cells.map(([name]) => name ?? ''))];
    const recipes = RECIPES.map(({ name, curve, load, cameras }) =>
      nameOf({ scenario: name, curve: curve.name, load, cameras: cameras(new Random(1)).length }),
    );
    expect(named.filter((name) => !name.startsWith('trace ')).toSorted()).toEqual(recipes.toSorted());
    const traces = committedTraces().map((file) => `trace ${path.basename(file, '.ndjson')}`);
    expect([...new Set(named.filter((name) => name.startsWith('trace ')).map((name) => name.split(',')[0]))]).toEqual(traces);
    expect(page).toContain(`Seeds ${REPORT_SEEDS.join(', ')}, together.`);
    for (const policy of ['`deadline`', '`told`', '`eager`', '`fifo`', 'best timer: '])
      expect(cells.some(([, cell]) => cell?.startsWith(policy))).toBe(true);
  });

  it('shows the chart of the same curves', () => {
    const file = path.resolve(import.meta.dirname, '../../docs/images/batching.svg');
    expect(page).toContain('](images/batching.svg)');
    expect(existsSync(file)).toBe(true);
    const svg = readFileSync(file, 'utf8');
    const curves = new Set(RECIPES.filter(({ name }) => name === 'mixed').map(({ curve }) => curve.name));
    for (const curve of curves) expect(svg).toContain(`${curve} at load 0.95: deadline`);
    expect(svg.length).toBeLessThan(40 * 1024);
  });
});
