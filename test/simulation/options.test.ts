import { describe, expect, it } from 'vitest';
import { parseOptions, USAGE } from '../../bench/batching/options.ts';
import { REPORT_SEEDS, TUNING_SEEDS } from '../../bench/batching/recipes.ts';

describe('parseOptions', () => {
  it('reports with seeds that nothing was tuned on', () => {
    expect(parseOptions([])).toEqual({
      ...{ json: false, quick: false, calm: false, seeds: REPORT_SEEDS, only: null, trace: null, scales: [1, 1.2], chart: null, docs: null },
    });
    expect(parseOptions(['--tuning']).seeds).toBe(TUNING_SEEDS);
    expect(parseOptions(['--seed', '7', '--json']).seeds).toEqual([7]);
    expect(parseOptions(['--trace', 'a.ndjson']).scales).toEqual([1]);
    expect(parseOptions(['--trace', 'a.ndjson', '--scale', '1.5'])).toMatchObject({ trace: 'a.ndjson', scales: [1.5] });
  });

  it.each([
    ['--sede 3', /--sede/],
    ['--seed x', /whole number/],
    ['--seed -1', /argument/],
    ['--scale 0', /above 0/],
    ['--scale NaN', /above 0/],
    ['--docs page.md --only mixed', /whole table/],
    ['--docs page.md --trace a.ndjson', /whole table/],
    ['--docs page.md --scale 2', /whole table/],
  ])('refuses %s', (args, problem) => {
    expect(() => parseOptions(args.split(' '))).toThrow(problem);
  });

  it('has a usage that names every option', () => {
    expect([...USAGE.matchAll(/^ {2}--([a-z]+)/gm)].map((match) => match[1])).toEqual([
      ...['json', 'quick', 'calm', 'seed', 'tuning', 'only', 'trace', 'scale', 'chart', 'docs'],
    ]);
  });
});
