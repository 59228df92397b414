/** Unit tests of alert rules: series of figures in, what fires and who is told out. */
import * as z from 'zod';
import type { Value } from '../../conditions/index.js';
import { Duration } from '../../units.js';
import { EVENT_KINDS } from '../event.js';
import { parseSeries } from './series.js';

const Series = z.union([z.string(), z.number(), z.boolean()]).transform((text, context): Value[] => {
  try {
    return parseSeries(String(text));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
    return z.NEVER;
  }
});

const ExpectedMessage = z.strictObject({
  rule: z.string(),
  kind: z.enum(EVENT_KINDS),
  /** Left out: on whatever channel. */
  channel: z.string().optional(),
});
export type ExpectedMessage = z.output<typeof ExpectedMessage>;

const Expectation = z.strictObject({
  /** Time since the first evaluation, such as `5m`. */
  at: Duration,
  /** Names of all that fires then, in whatever order. */
  firing: z.array(z.string()).optional(),
  /** Names of all that is pending then. */
  pending: z.array(z.string()).optional(),
  /** All that is told at that evaluation, in whatever order. */
  messages: z.array(ExpectedMessage).optional(),
});

const RuleTest = z.strictObject({
  name: z.string().min(1),
  /** Time between evaluations. */
  interval: Duration.refine((ms) => ms > 0, 'expected more than nothing').prefault('1m'),
  /** By metric, one value an evaluation; a metric that is not named, or whose series is over, is unknown. */
  series: z.record(z.string(), Series),
  expect: z.array(Expectation).min(1),
});
export type RuleTest = z.output<typeof RuleTest>;

/** What a file of rule tests holds. */
export const RuleTests = z.strictObject({
  /** Only these rules are evaluated; default: all in force. */
  rules: z.array(z.string()).optional(),
  tests: z.array(RuleTest).min(1),
});
export type RuleTests = z.output<typeof RuleTests>;
