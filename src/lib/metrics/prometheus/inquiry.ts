/** What the answers are made from: figures of the application, asked of Prometheus. */
import { OperatorError } from '../../errors.js';
import { type Client, type ClientOptions, createClient, type Line, type Steps, type Track } from './client.js';
import { ALIVE, type Counted, coverage, rise, selectorOf } from './expressions.js';

export interface InquiryOptions extends ClientOptions {
  readonly now: () => Date;
}

/** Times in ms since 1970. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/** Errors of each: `VOPS-API-…`. */
export interface Inquiry {
  /** ms since 1970. */
  readonly now: number;
  /** How far a counter rose in the period, over all instances. */
  readonly counted: (name: string, period: Period, by: readonly string[]) => Promise<readonly Line[]>;
  /** The same in each step of the period; a point stands at the end of its step. */
  readonly countedBySteps: (name: string, steps: Steps, by: readonly string[]) => Promise<readonly Track[]>;
  /** Gauges as last scraped. `combine` is an aggregation such as `max by (state)`. */
  readonly latest: (combine: string, name: string) => Promise<readonly Line[]>;
  /** Means of a gauge in each step, by instance. */
  readonly means: (name: string, steps: Steps) => Promise<readonly Track[]>;
  /** The share (0..1) of the period in which the application was scraped. */
  readonly coverage: (period: Period) => Promise<number>;
  /** For an answer that cannot be given. Errors: it is the error. */
  readonly absent: (name: string) => OperatorError;
}

export function createInquiry(options: InquiryOptions): Inquiry {
  const client = createClient(options);
  const selector = selectorOf(options.config.metrics.selector);
  const counting = countingWith(client, selector);
  return {
    now: options.now().getTime(),
    async counted(name, { from, to }, by) {
      return client.instant(await counting({ name, windowMs: to - from, by }), to);
    },
    async countedBySteps(name, { from, to, stepMs }, by) {
      return client.range(await counting({ name, windowMs: stepMs, by }), { from: from + stepMs, to, stepMs });
    },
    latest: (combine, name) => client.instant(`${combine} (${name}${selector})`, options.now().getTime()),
    means: (name, { from, to, stepMs }) =>
      client.range(`avg_over_time(${name}${selector}[${stepMs}ms])`, { from: from + stepMs, to, stepMs }),
    async coverage({ from, to }) {
      const [line] = await client.instant(coverage(to - from, { selector }), to);
      return Math.min(1, line?.value ?? 0);
    },
    absent: (name) =>
      new OperatorError('VOPS-METRICS-ABSENT', `${client.place} has no ${name}${selector} of that time`, {
        hint: 'is the application scraped? compare metrics.selector with the labels on its page "Targets"',
      }),
  };
}

/** An instance that is not shown had not been scraped at all. */
export const nothingScraped = ({ absent }: Inquiry): OperatorError => absent(ALIVE);

/**
 * `increase` of VictoriaMetrics takes in the sample before the window and guesses where a new series began; by another name
 * it has that of Prometheus, which knows no such name.
 */
function countingWith({ accepts }: Client, selector: string): (counted: Counted) => Promise<string> {
  let increase: Promise<string> | undefined;
  return async (counted) => {
    increase ??= accepts('increase_prometheus(up[1m])').then((isKnown) =>
      isKnown ? 'increase_prometheus' : 'increase',
    );
    return rise(counted, { selector, increase: await increase });
  };
}
