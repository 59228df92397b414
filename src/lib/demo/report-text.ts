/** A report as a program prints it into a pipe, made readable: tab-separated rows get columns. Pure. */

/** Lines of the text; neighbouring lines with tabs are aligned with each other. */
export function alignColumns(text: string): string[] {
  const rows = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  return rows.map((cells, index) => {
    const block = blockAround(rows, index);
    const widthOf = (column: number) => Math.max(...block.map((row) => row[column]?.length ?? 0));
    return cells.map((cell, column) => (column === cells.length - 1 ? cell : cell.padEnd(widthOf(column)))).join('  ');
  });
}

/** The rows with tabs that stand together with this one; the row alone if it has none. */
function blockAround(rows: readonly string[][], index: number): readonly string[][] {
  const hasTabs = (at: number) => (rows[at]?.length ?? 0) > 1;
  if (!hasTabs(index)) return rows.slice(index, index + 1);
  let [first, last] = [index, index];
  while (hasTabs(first - 1)) first -= 1;
  while (hasTabs(last + 1)) last += 1;
  return rows.slice(first, last + 1);
}
