/** The difference of two texts, as `diff -u` shows it. */

/** Unified, line by line, both called by `path`; empty for equal texts. */
export async function differences({ path, from, to }: Record<'path' | 'from' | 'to', string>): Promise<string[]> {
  if (from === to) return [];
  const { createTwoFilesPatch, FILE_HEADERS_ONLY } = await import('diff');
  const patch = createTwoFilesPatch(path, `${path} (new)`, from, to, '', '', { headerOptions: FILE_HEADERS_ONLY });
  return patch.trimEnd().split('\n');
}
