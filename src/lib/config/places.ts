/** Where something stands in a text. */
export interface Place {
  readonly line: number;
  /** `file:line:column`. */
  readonly text: string;
}

export type Places = ReturnType<typeof placesOf>;

/** Offsets of a text as `file:line:column`. */
export function placesOf(file: string, text: string) {
  return (offset: number): Place => {
    const lines = text.slice(0, offset).split('\n');
    return { line: lines.length, text: `${file}:${lines.length}:${(lines.at(-1) ?? '').length + 1}` };
  };
}
