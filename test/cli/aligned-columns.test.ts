import { expect, it } from 'vitest';
import { AlignedColumns } from '../../src/cli/aligned-columns.ts';

it('makes columns as wide as they had to be so far, and leaves no blanks at the end', () => {
  const columns = new AlignedColumns();
  expect(
    columns.lines([
      ['1', 'gate', 'x'],
      ['22', 'front_door', ''],
    ]),
  ).toEqual(['1   gate        x', '22  front_door']);
  expect(columns.lines([['3', 'a', 'y']])).toEqual(['3   a           y']);
  expect(columns.lines([['4', 'the_longest_of_all', 'z']])).toEqual(['4   the_longest_of_all  z']);
  expect(columns.lines([['5', 'a', 'y']])).toEqual(['5   a                   y']);
});
