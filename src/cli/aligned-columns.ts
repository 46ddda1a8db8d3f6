/** Columns side by side for rows that come bit by bit: a column is as wide as its widest cell so far. */
export class AlignedColumns {
  readonly #widths: number[] = [];

  /** One line a row; those that come together are aligned with one another. The last column ends with its text. */
  lines(rows: readonly (readonly string[])[]): readonly string[] {
    for (const row of rows) for (const [column, cell] of row.entries()) this.#widths[column] = Math.max(this.#widths[column] ?? 0, cell.length);
    return rows.map((row) =>
      row
        .map((cell, column) => cell.padEnd(this.#widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}
