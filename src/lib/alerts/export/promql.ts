/**
 * Conditions as PromQL. A filter of PromQL yields a value or nothing, and nothing stands for false and unknown alike; so
 * "not" is moved inwards to the comparisons first (De Morgan), where a missing metric still yields nothing.
 */
import type { Condition, Expression } from '../../conditions/index.js';
import { type Metric, metrics } from '../../metrics/index.js';
import type { Rule } from '../rule.js';

/** The query, or why there is none. */
export type Translation = { readonly promql: string } | { readonly reason: string };

type MinSamples = Rule['minSamples'];

/**
 * A query that yields something while the condition is true; `$window` stands in it for the window. A comparison of what has
 * too few samples yields nothing, whatever the rest of the condition says.
 */
export function toPromql(condition: Condition, minSamples: MinSamples = new Map()): Translation {
  try {
    return { promql: filter(condition.expression, false, minSamples) };
  } catch (error) {
    if (error instanceof Untranslatable) return { reason: error.message };
    throw error;
  }
}

class Untranslatable extends Error {}

type Comparison = '<' | '<=' | '>' | '>=' | '==' | '!=';
const OPPOSITE = { '<': '>=', '<=': '>', '>': '<=', '>=': '<', '==': '!=', '!=': '==' } as const;
const isComparison = (type: string): type is Comparison => Object.hasOwn(OPPOSITE, type);

function filter(expression: Expression, isNegated: boolean, minSamples: MinSamples): string {
  switch (expression.type) {
    case 'not':
      return filter(expression.operand, !isNegated, minSamples);
    case 'and':
    case 'or': {
      const operator = (expression.type === 'and') === isNegated ? 'or' : 'and';
      const [left, right] = [expression.left, expression.right].map((side) => filter(side, isNegated, minSamples));
      return `(${left} ${operator} ${right})`;
    }
    case 'metric':
      return `${booleanMetric(expression.path)} == ${isNegated ? 0 : 1}`;
    case 'boolean':
      return always(expression.value !== isNegated);
    default:
      if ('left' in expression && isComparison(expression.type)) {
        const operator = isNegated ? OPPOSITE[expression.type] : expression.type;
        return withEnoughSamples(compare(expression.left, operator, expression.right), expression, minSamples);
      }
      throw new Untranslatable('it is no comparison');
  }
}

function compare(left: Expression, operator: Comparison, right: Expression): string {
  if (isWord(left) && isWord(right)) return always((left.value === right.value) === (operator === '=='));
  if (isWord(left)) return compare(right, operator, left);
  if (right.type === 'text') return `${wordMetric(left, right.value)} ${operator} 1`;
  if (right.type === 'boolean') return `${booleanOf(left)} ${operator} ${right.value ? 1 : 0}`;
  const [first, second] = [isConstant(left) ? `vector(${number(left)})` : number(left), number(right)];
  const compared = `${first} ${operator} ${second}`;
  if (operator !== '!=') return compared;
  // NaN, the ratio of nothing, is unequal to everything, and to itself.
  const known = [left, right]
    .filter((side) => !isConstant(side))
    .map((side) => `and ${number(side)} == ${number(side)}`);
  return `(${[compared, ...known].join(' ')})`;
}

const always = (truth: boolean): string => `vector(1) == ${truth ? 1 : 0}`;

const isWord = (expression: Expression) => expression.type === 'text' || expression.type === 'boolean';

function withEnoughSamples(compared: string, comparison: Expression, minSamples: MinSamples): string {
  const counts = metricsIn(comparison).map((path) => metrics.get(path)?.samples ?? '');
  const enough = [...minSamples].flatMap(([path, least]) => {
    const query = counts.includes(path) ? metrics.get(path)?.promql : undefined;
    return query === undefined ? [] : [`and ${query} >= ${least}`];
  });
  return enough.length === 0 ? compared : `(${[compared, ...enough].join(' ')})`;
}

function metricsIn(expression: Expression): readonly string[] {
  if (expression.type === 'metric') return [expression.path];
  if ('operand' in expression) return metricsIn(expression.operand);
  return 'left' in expression ? [...metricsIn(expression.left), ...metricsIn(expression.right)] : [];
}

/** Two plain numbers compared filter nothing: one of them must be a vector. */
function isConstant(expression: Expression): boolean {
  if (expression.type === 'negate') return isConstant(expression.operand);
  return 'left' in expression
    ? isConstant(expression.left) && isConstant(expression.right)
    : expression.type === 'number';
}

function number(expression: Expression): string {
  switch (expression.type) {
    case 'number':
      return String(expression.value);
    case 'metric':
      return queryOf(metricAt(expression.path));
    case 'negate':
      return `-${operand(expression.operand)}`;
    case '+':
    case '-':
    case '*':
      return `(${operand(expression.left)} ${expression.type} ${operand(expression.right)})`;
    case '/': {
      if (expression.right.type === 'number' && expression.right.value === 0)
        throw new Untranslatable('it divides by zero');
      const divisor = operand(expression.right);
      // By zero is infinity there, and unknown here.
      return `(${operand(expression.left)} / ${isConstant(expression.right) ? divisor : `(${divisor} != 0)`})`;
    }
    default:
      throw new Untranslatable('it computes with something that is no number');
  }
}

/** A metric's query is itself computed. */
const operand = (expression: Expression): string =>
  expression.type === 'metric' ? `(${number(expression)})` : number(expression);

function booleanOf(expression: Expression): string {
  if (expression.type === 'metric') return booleanMetric(expression.path);
  throw new Untranslatable('it compares a condition with true or false');
}

const booleanMetric = (path: string) => queryOf(metricAt(path));

function wordMetric(expression: Expression, word: string): string {
  if (expression.type !== 'metric') throw new Untranslatable('it compares a text with something that is no metric');
  const { promqlByWord } = metricAt(expression.path);
  const query = promqlByWord?.[word];
  if (query === undefined) throw new Untranslatable(`Prometheus cannot know whether ${expression.path} is ${word}`);
  return query;
}

/** The query in which a metric of the catalogue is found. */
export function queryOf({ path, promql }: Metric): string {
  if (promql === undefined) throw new Untranslatable(`Prometheus cannot know ${path}`);
  return promql;
}

function metricAt(path: string): Metric {
  const metric = metrics.get(path);
  if (metric === undefined) throw new Untranslatable(`${path} is no metric`);
  return metric;
}
