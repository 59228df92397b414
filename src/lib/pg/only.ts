/** The row of a query that always gives one. */
export function only<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new TypeError('expected one row, got none');
  return row;
}
