/** What a metric is: a path that conditions may name, and where its value comes from. */
import type { Term, Value } from '../conditions/index.js';
import type { Explanation } from '../errors.js';

/** Whom a value is asked of. One question answers all metrics of a source. */
export type SourceName =
  | 'health'
  | 'performance'
  | 'trends'
  | 'jobs'
  | 'application-database'
  | 'changes'
  | 'flags'
  | 'host'
  | 'postgres'
  | 'self';

export interface Metric extends Term {
  /** As conditions name it: `hooks.errorRate`. */
  readonly path: string;
  readonly source: SourceName;
  readonly description: string;
  /** Path of the metric that counts what a ratio or a mean is made of: `minSamples` looks at it. */
  readonly samples?: string;
  /**
   * The same figure in PromQL, over what the application's `/metrics` shows, `$window` for the window, `$budget` for the share of
   * time in which the application may be down; absent where
   * Prometheus cannot know it.
   */
  readonly promql?: string;
  /** For a text metric: per word a query that is 1 while the metric has it, and else 0. */
  readonly promqlByWord?: Readonly<Record<string, string>>;
  /** A count of what happened since the last evaluation: each value above 0 is news, also one equal to the last. */
  readonly sinceLastEvaluation?: true;
}

/** A metric as the catalogue writes it: a plain number unless it says otherwise. */
export type Definition = Pick<Metric, 'description'> & Partial<Omit<Metric, 'path' | 'source'>>;

/** The metrics at one moment. */
export interface Sample {
  readonly at: Date;
  /** By path; a path that was asked for and not measured is null. */
  readonly values: ReadonlyMap<string, Value>;
  /** Sources that gave no answer, and why. */
  readonly problems: ReadonlyMap<SourceName, Explanation>;
  /** By source, what the next sample is to be given: how changes since this one are known. */
  readonly memory: Readonly<Record<string, string>>;
}
