/** What changes from one text to another, line by line. */

/** Lines around a change that are shown with it. */
const CONTEXT = 2;

/** Lines that go (`-`), come (`+`) and stand around them (` `); `…` where others are passed over. Empty: no difference. */
export async function differenceOf(before: string, after: string): Promise<string[]> {
  if (before === after) return [];
  const { structuredPatch } = await import('diff');
  const { hunks } = structuredPatch('', '', before, after, '', '', { context: CONTEXT });
  return hunks.flatMap(({ lines }, index) => {
    const told = lines.filter((line) => !line.startsWith('\\')); // whether the last line has an end is nothing to read
    return index === 0 ? told : ['…', ...told];
  });
}
