/** What a sample says of a rule, its demands on the evidence included. Pure. */
import { evaluate, type Truth, type Value, type Values } from '../conditions/index.js';
import { metrics } from '../metrics/index.js';
import type { Confidence, Rule } from './rule.js';

export interface Judgement {
  /** Whether the condition holds. */
  readonly truth: Truth;
  /** Whether a firing alert may end: `clear` where the rule has one, else that the condition does not hold. */
  readonly clears: Truth;
}

/**
 * Judges a rule by the metrics. With too few samples behind a metric, the metric is unknown. With `confidence`, a
 * condition holds only if it does so at both ends of the interval in which the true shares lie: 1 failure in 50 runs
 * does not prove an error rate above 1 %, 3 in 50 do (95 %).
 */
export function judgeRule(
  rule: Pick<Rule, 'condition' | 'clear' | 'confidence' | 'minSamples'>,
  values: Values,
): Judgement {
  const enough = rule.minSamples.size === 0 ? values : withEnoughSamples(values, rule.minSamples);
  const truth = judgeCondition(rule.condition, rule.confidence, enough);
  const clears = rule.clear === undefined ? not(truth) : judgeCondition(rule.clear, rule.confidence, enough);
  return { truth, clears };
}

const not = (truth: Truth): Truth => (truth === null ? null : !truth);

function withEnoughSamples(values: Values, minSamples: Rule['minSamples']): Values {
  return {
    get: (path) => {
      const count = metrics.get(path)?.samples;
      const least = count === undefined ? undefined : minSamples.get(count);
      if (count === undefined || least === undefined) return values.get(path);
      const samples = values.get(count);
      return typeof samples === 'number' && samples >= least ? values.get(path) : null;
    },
  };
}

function judgeCondition(condition: Rule['condition'], confidence: Confidence | undefined, values: Values): Truth {
  if (confidence === undefined) return evaluate(condition, values);
  const low = evaluate(condition, atEnd('low', confidence, values));
  const high = evaluate(condition, atEnd('high', confidence, values));
  if (low === false || high === false) return false;
  return low === null || high === null ? null : true;
}

/** The values with every share that has a count moved to one end of its interval. */
function atEnd(end: 'low' | 'high', confidence: Confidence, values: Values): Values {
  return {
    get: (path) => {
      const value = values.get(path);
      const metric = metrics.get(path);
      if (typeof value !== 'number' || metric?.unit !== 'fraction' || metric.samples === undefined) return value;
      return boundOf({ share: value, samples: values.get(metric.samples) ?? null, confidence })[end];
    },
  };
}

/** Quantiles of the normal distribution. */
const Z = { 0.9: 1.6449, 0.95: 1.96, 0.99: 2.5758 } as const satisfies Record<Confidence, number>;

interface Evidence {
  readonly share: number;
  readonly samples: Value;
  readonly confidence: Confidence;
}

/** Wilson's score interval (1927): right for few samples, too, and never outside 0..1. */
function boundOf({ share, samples, confidence }: Evidence): { readonly low: Value; readonly high: Value } {
  if (typeof samples !== 'number' || samples <= 0) return { low: null, high: null };
  const z2 = Z[confidence] ** 2;
  const centre = share + z2 / (2 * samples);
  const margin = Math.sqrt(z2 * ((share * (1 - share)) / samples + z2 / (4 * samples ** 2)));
  const scale = 1 + z2 / samples;
  return { low: Math.max(0, (centre - margin) / scale), high: Math.min(1, (centre + margin) / scale) };
}
