/** Order of times, names and ids, by their characters. `localeCompare` takes 7 ms when it is first called. */
export function compareTexts(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
