/** Bars of block characters, for a terminal. Pure. */

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/** A bar of `width` columns for `most`, in steps of an eighth of a column. */
export function bar(value: number, most: number, width: number): string {
  const share = most > 0 && value > 0 ? Math.min(1, value / most) : 0;
  const eighths = Math.round(share * width * 8);
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

/**
 * Latency against its bound in `width` columns, which stand for twice the bound: dark up to `p50`, light up to `p99`, a line at the bound. An arrow at the end
 * says that it goes on beyond. Always `width` columns wide.
 */
export function latencyBar(p50: number, p99: number, bound: number, width: number): string {
  const columnOf = (value: number) => Math.round((value / (2 * bound)) * width);
  const [dark, light, line] = [columnOf(p50), columnOf(p99), Math.round(width / 2)];
  const columns = Array.from({ length: width }, (_, column): string => {
    if (column === line) return column < light ? '╂' : '│';
    if (column < dark) return '█';
    return column < light ? '▒' : ' ';
  });
  if (light > width) columns[width - 1] = '▶';
  return columns.join('');
}

/** Rows as columns: the first to the left, the others to the right, the last as it is. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  return rows.map((row) =>
    row
      .map((cell, column) => {
        if (column === row.length - 1) return cell;
        return column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
      })
      .join('  ')
      .trimEnd(),
  );
}
