/** PromQL that is written nowhere else. Pure. */

export interface Dialect {
  /** `{job="viktoria-hooks"}`. */
  readonly selector: string;
  /** The function that counts from the first sample of the window on, as Prometheus' `increase` does. */
  readonly increase: string;
}

/** Labels as a selector; PromQL's text escapes are Go's, of which JSON's are a part. */
export const selectorOf = (labels: Readonly<Record<string, string>>): string =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',')}}`;

/** `process_start_time_seconds`: every instance shows it, from its first page on. */
export const ALIVE = 'process_start_time_seconds';

export interface Counted {
  /** A counter. */
  readonly name: string;
  readonly windowMs: number;
  /** Labels that are told apart. */
  readonly by: readonly string[];
}

/**
 * How far a counter rose in the window, over all instances; restarts do no harm.
 *
 * `increase` alone begins with the first sample: what a series had counted before its first scrape is lost, and with it the
 * first error of a hook, or the first minute of a new instance. So the first value of a series that was born in the window
 * is added, where the window saw all of it: the instance was watched before, or had not been started yet.
 */
export function rise({ name, windowMs, by }: Counted, { selector, increase }: Dialect): string {
  const series = `${name}${selector}`;
  const window = `${windowMs}ms`;
  const startedWithin = `max_over_time(${ALIVE}${selector}[${window}]) >= time() - ${windowMs / 1000}`;
  const watchedBefore = `${ALIVE}${selector} offset ${window}`;
  const born =
    `(min_over_time(${series}[${window}]) unless ${series} offset ${window}) ` +
    `and on (job, instance) (${startedWithin} or ${watchedBefore})`;
  return `sum by (${by.join(', ')}) (${part('risen', `${increase}(${series}[${window}])`)} or ${part('born', born)})`;
}

/** Two parts of one series may stand side by side only with a label that differs. */
const part = (name: string, expression: string): string =>
  `label_replace(${expression}, "viktoria_ops_part", "${name}", "", "")`;

/** Looked at so many times. */
const LOOKS = 288;
const SHORTEST_LOOK_MS = 15_000;

/** The share of the window in which at least one instance was scraped; nothing where it was none. */
export function coverage(windowMs: number, { selector }: Pick<Dialect, 'selector'>): string {
  const looks = `[${windowMs}ms:${Math.max(SHORTEST_LOOK_MS, Math.ceil(windowMs / LOOKS))}ms]`;
  return `count_over_time(count(${ALIVE}${selector})${looks}) / count_over_time(vector(1)${looks})`;
}
