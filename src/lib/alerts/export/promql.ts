/**
 * Conditions as PromQL. A filter of PromQL yields a value or nothing, and nothing stands for false and unknown alike; so
 * "not" is moved inwards to the comparisons first (De Morgan), where a missing metric still yields nothing.
 */
import type { Condition, Expression } from '../../conditions/index.js';
import { type Metric, metrics } from '../../metrics/index.js';

/** The query, or why there is none. */
export type Translation = { readonly promql: string } | { readonly reason: string };

/** A query that yields something while the condition is true; `$window` stands in it for the window. */
export function toPromql(condition: Condition): Translation {
  try {
    return { promql: filter(condition.expression, false) };
  } catch (error) {
    if (error instanceof Untranslatable) return { reason: error.message };
    throw error;
  }
}

class Untranslatable extends Error {}

type Comparison = '<' | '<=' | '>' | '>=' | '==' | '!=';
const OPPOSITE = { '<': '>=', '<=': '>', '>': '<=', '>=': '<', '==': '!=', '!=': '==' } as const;
const isComparison = (type: string): type is Comparison => Object.hasOwn(OPPOSITE, type);

function filter(expression: Expression, isNegated: boolean): string {
  switch (expression.type) {
    case 'not':
      return filter(expression.operand, !isNegated);
    case 'and':
    case 'or': {
      const operator = (expression.type === 'and') === isNegated ? 'or' : 'and';
      return `(${filter(expression.left, isNegated)} ${operator} ${filter(expression.right, isNegated)})`;
    }
    case 'metric':
      return `${booleanMetric(expression.path)} == ${isNegated ? 0 : 1}`;
    case 'boolean':
      return `vector(1) == ${expression.value === isNegated ? 0 : 1}`;
    default:
      if ('left' in expression && isComparison(expression.type)) {
        const operator = isNegated ? OPPOSITE[expression.type] : expression.type;
        return compare(expression.left, operator, expression.right);
      }
      throw new Untranslatable('it is no comparison');
  }
}

function compare(left: Expression, operator: Comparison, right: Expression): string {
  if (left.type === 'text' || left.type === 'boolean') return compare(right, operator, left);
  if (right.type === 'text') return `${wordMetric(left, right.value)} ${operator} 1`;
  if (right.type === 'boolean') return `${booleanOf(left)} ${operator} ${right.value ? 1 : 0}`;
  const [first, second] = [isConstant(left) ? `vector(${number(left)})` : number(left), number(right)];
  const compared = `${first} ${operator} ${second}`;
  // NaN, the ratio of nothing, is unequal to everything, and to itself.
  return operator === '!=' ? `(${compared} and ${first} == ${first})` : compared;
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
    case '/':
      return `(${operand(expression.left)} ${expression.type} ${operand(expression.right)})`;
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
