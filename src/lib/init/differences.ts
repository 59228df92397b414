/** The difference of two texts, as `diff -u` shows it. */

export interface Compared {
  /** How both are called. */
  readonly path: string;
  readonly from: string;
  readonly to: string;
}

/** Unified, line by line; empty for equal texts. */
export async function differences({ path, from, to }: Compared): Promise<string[]> {
  if (from === to) return [];
  const { createTwoFilesPatch, FILE_HEADERS_ONLY } = await import('diff');
  const patch = createTwoFilesPatch(path, `${path} (new)`, from, to, '', '', { headerOptions: FILE_HEADERS_ONLY });
  return patch.trimEnd().split('\n');
}
