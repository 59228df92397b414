/** PromQL that is written nowhere else. Pure. */

export interface Dialect {
  /** `{job="viktoria-hooks"}`. */
  readonly selector: string;
  /** VictoriaMetrics, whose language knows more functions, and whose `increase` guesses where a new series began. */
  readonly isMetricsQl: boolean;
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
export function rise({ name, windowMs, by }: Counted, { selector, isMetricsQl }: Dialect): string {
  const series = `${name}${selector}`;
  const window = `${windowMs}ms`;
  const startedWithin = `max_over_time(${ALIVE}${selector}[${window}]) >= time() - ${windowMs / 1000}`;
  const watched = `on (job, instance) (${startedWithin} or ${ALIVE}${selector} offset ${window})`;
  const born = `(min_over_time(${series}[${window}]) unless ${series} offset ${window}) and ${watched}`;
  const risen = isMetricsQl
    ? // The one counts from the sample before the window, or from 0; the other from the first in it.
      `(increase_pure(${series}[${window}]) and ${watched}) or increase_prometheus(${series}[${window}])`
    : `${part('risen', `increase(${series}[${window}])`)} or ${part('born', born)}`;
  return `sum by (${by.join(', ')}) (${risen})`;
}

/** Two parts of one series may stand side by side only with a label that differs. */
const part = (name: string, expression: string): string =>
  `label_replace(${expression}, "viktoria_ops_part", "${name}", "", "")`;

/** Known to MetricsQL alone. */
export const METRICSQL = 'increase_pure(up[1m])';

/** Looked at so many times. */
const LOOKS = 288;
const SHORTEST_LOOK_MS = 15_000;

/** The share of the window in which at least one instance was scraped; nothing where it was none. */
export function coverage(windowMs: number, { selector }: Pick<Dialect, 'selector'>): string {
  const series = `${ALIVE}${selector}`;
  const looks = `[${windowMs}ms:${Math.max(SHORTEST_LOOK_MS, Math.ceil(windowMs / LOOKS))}ms]`;
  const seen = `count_over_time(count(${series})${looks}) / count_over_time(vector(1)${looks})`;
  // An application that has just started may have been scraped between two looks.
  return `${seen} or 0 * count(present_over_time(${series}[${windowMs}ms])) + ${1 / LOOKS}`;
}
