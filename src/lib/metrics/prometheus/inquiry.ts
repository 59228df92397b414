/** What the answers are made from: figures of the application, asked of Prometheus. */
import { OperatorError } from '../../errors.js';
import { type Client, type ClientOptions, createClient, type Line, type Steps, type Track } from './client.js';
import { ALIVE, type Counted, coverage, METRICSQL, rise, selectorOf } from './expressions.js';

export interface InquiryOptions extends ClientOptions {
  readonly now: () => Date;
}

/** Times in ms since 1970. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

interface CountedSteps {
  /** ms since 1970. */
  readonly from: number;
  readonly stepMs: number;
  readonly count: number;
}

/** Errors of each: `VOPS-API-…`. */
export interface Inquiry {
  /** ms since 1970. */
  readonly now: number;
  /** How far a counter rose in the period, over all instances. */
  readonly counted: (name: string, period: Period, by: readonly string[]) => Promise<readonly Line[]>;
  /** The same of each step, the last of which is under way. */
  readonly countedBySteps: (name: string, steps: CountedSteps, by: readonly string[]) => Promise<readonly Line[][]>;
  /** Gauges as last scraped. `combine` is an aggregation such as `max by (state)`. */
  readonly latest: (combine: string, name: string) => Promise<readonly Line[]>;
  /** Means of a gauge in each step, by instance. */
  readonly means: (name: string, steps: Steps) => Promise<readonly Track[]>;
  /** The share (0..1) of the period in which the application was scraped. */
  readonly coverage: (period: Period) => Promise<number>;
  /** For an answer that cannot be given. Errors: it is the error. */
  readonly absent: (name: string) => OperatorError;
}

/** No window is empty, not even at the first moment of an hour. */
const SHORTEST_MS = 1_000;

/** Each inquiry is of its own moment; which language is spoken there is found out once. */
export function createInquirer(options: InquiryOptions): () => Inquiry {
  const client = createClient(options);
  const selector = selectorOf(options.config.metrics.selector);
  const place = { client, selector, counting: countingWith(client, selector) };
  return () => inquiryAt(options.now().getTime(), place);
}

interface Place {
  readonly client: Client;
  readonly selector: string;
  readonly counting: (counted: Counted) => Promise<string>;
}

function inquiryAt(now: number, { client, selector, counting }: Place): Inquiry {
  const counted: Inquiry['counted'] = async (name, { from, to }, by) =>
    client.instant(await counting({ name, windowMs: Math.max(SHORTEST_MS, to - from), by }), to);
  return {
    now,
    counted,
    async countedBySteps(name, { from, stepMs, count }, by) {
      // VictoriaMetrics shows nothing of the future: the step under way is a question of its own.
      const last = from + (count - 1) * stepMs;
      const expression = await counting({ name, windowMs: stepMs, by });
      const [tracks, unfinished] = await Promise.all([
        client.range(expression, { from: from + stepMs, to: last, stepMs }),
        counted(name, { from: last, to: now }, by),
      ]);
      const whole = Array.from({ length: count - 1 }, (_, index) => linesAt(tracks, from + (index + 1) * stepMs));
      return [...whole, [...unfinished]];
    },
    latest: (combine, name) => client.instant(`${combine} (${name}${selector})`, now),
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

const linesAt = (tracks: readonly Track[], at: number): Line[] =>
  tracks.flatMap(({ labels, points }) => {
    const point = points.find(([time]) => time === at);
    return point ? [{ labels, value: point[1] }] : [];
  });

/** An instance that is not shown had not been scraped at all. */
export const nothingScraped = ({ absent }: Inquiry): OperatorError => absent(ALIVE);

function countingWith({ accepts }: Client, selector: string): Place['counting'] {
  let isMetricsQl: Promise<boolean> | undefined;
  return async (counted) => {
    isMetricsQl ??= accepts(METRICSQL);
    return rise(counted, { selector, isMetricsQl: await isMetricsQl });
  };
}
