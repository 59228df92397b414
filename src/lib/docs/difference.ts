/** What changes from one text to another, line by line. Pure. */

/** Lines around a change that are shown with it. */
const CONTEXT = 2;
/** Above this the table of the comparison would be too large: all is then shown as changed. */
const MOST_CELLS = 4_000_000;

/** Lines that go (`-`), come (`+`) and stand around them (` `); `…` where others are passed over. Empty: no difference. */
export function differenceOf(before: string, after: string): string[] {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  const isSame = (index: number) => old[index] !== undefined && old[index] === fresh[index];
  let start = 0;
  while (isSame(start)) start++;
  let end = 0;
  const most = Math.min(old.length, fresh.length) - start;
  while (end < most && old[old.length - 1 - end] === fresh[fresh.length - 1 - end]) end++;
  const middle = compare(old.slice(start, old.length - end), fresh.slice(start, fresh.length - end));
  if (middle.length === 0) return [];
  const stays = (lines: readonly string[]) => lines.map((line) => ` ${line}`);
  return condense([...stays(old.slice(0, start)), ...middle, ...stays(old.slice(old.length - end))]);
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

/** By the longest common subsequence. */
function compare(old: readonly string[], fresh: readonly string[]): string[] {
  if (old.length * fresh.length > MOST_CELLS)
    return [...old.map((line) => `-${line}`), ...fresh.map((line) => `+${line}`)];
  const width = fresh.length + 1;
  const lengths = new Uint32Array((old.length + 1) * width);
  const at = (row: number, column: number) => lengths[row * width + column] ?? 0;
  for (let row = old.length - 1; row >= 0; row--) {
    for (let column = fresh.length - 1; column >= 0; column--) {
      const isEqual = old[row] === fresh[column];
      lengths[row * width + column] = isEqual
        ? at(row + 1, column + 1) + 1
        : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const lines: string[] = [];
  let [row, column] = [0, 0];
  while (row < old.length || column < fresh.length) {
    if (row < old.length && old[row] === fresh[column]) {
      lines.push(` ${old[row++]}`);
      column++;
    } else if (column >= fresh.length || (row < old.length && at(row + 1, column) >= at(row, column + 1))) {
      lines.push(`-${old[row++]}`);
    } else lines.push(`+${fresh[column++]}`);
  }
  return lines;
}

function condense(lines: readonly string[]): string[] {
  const isChange = lines.map((line) => !line.startsWith(' '));
  const isShown = lines.map((_, index) =>
    isChange.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(Boolean),
  );
  return lines.flatMap((line, index) => {
    if (isShown[index]) return [line];
    return index === 0 || isShown[index - 1] ? ['…'] : [];
  });
}
