import { compare, type Row } from './comparison.ts';
import type { Contender } from './contender.ts';
import { RECIPES } from './recipes.ts';

/** From an idle engine to twice what it can do; closer together where a little more changes much. */
const LOADS: readonly number[] = [0.3, 0.5, 0.65, 0.8, 0.9, 0.95, 1.05, 1.25, 1.5, 2];
const SWEPT = 'mixed';

/** The cameras with mixed bounds on each curve, at many loads. */
export async function loadSweep(contenders: readonly Contender[], seeds: readonly number[]): Promise<Row[]> {
  const recipes = RECIPES.filter(({ name }) => name === SWEPT);
  const byCurve = new Map(recipes.map((recipe) => [recipe.curve.name, recipe]));
  const rows: Row[] = [];
  for (const recipe of byCurve.values()) {
    for (const load of LOADS) rows.push(...(await compare({ ...recipe, load }, contenders, seeds)));
  }
  return rows;
}
