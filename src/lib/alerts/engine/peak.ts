/** The worst numbers of an episode. */
import type { Condition, Expression, Value } from '../../conditions/index.js';

/** 1: the higher the worse; -1: the lower the worse. */
type Direction = 1 | -1;
type Directions = Map<string, Direction>;

const known = new WeakMap<Condition, Directions>();

/** The worse, for each number of the condition, of what was the worst so far and what is now. */
export function worstNumbers(
  condition: Condition,
  worst: Readonly<Record<string, number>> = {},
  values: ReadonlyMap<string, Value>,
): Readonly<Record<string, number>> {
  let next = worst;
  for (const [path, direction] of directionsOf(condition)) {
    const value = values.get(path);
    if (typeof value !== 'number' || !Number.isFinite(value)) continue;
    const before = worst[path];
    if (before === undefined || (value - before) * direction > 0) next = { ...next, [path]: value };
  }
  return next;
}

function directionsOf(condition: Condition): Directions {
  const found = known.get(condition) ?? new Map<string, Direction>();
  if (!known.has(condition)) {
    collect(condition.expression, 1, found);
    known.set(condition, found);
  }
  return found;
}

/** What makes the right side of these larger makes the whole smaller, or less true. */
const RIGHT_COUNTS_AGAINST = ['-', '/', '>', '>='];
const LEFT_COUNTS_AGAINST = ['<', '<='];
const opposite = (direction: Direction): Direction => (direction === 1 ? -1 : 1);

/** Notes for each metric whether more of it makes the expression larger, or more true: the first place in it decides. */
function collect(expression: Expression, direction: Direction, found: Directions): void {
  if ('operand' in expression) collect(expression.operand, opposite(direction), found);
  else if ('left' in expression) {
    const { type, left, right } = expression;
    collect(left, LEFT_COUNTS_AGAINST.includes(type) ? opposite(direction) : direction, found);
    collect(right, RIGHT_COUNTS_AGAINST.includes(type) ? opposite(direction) : direction, found);
  } else if (expression.type === 'metric' && !found.has(expression.path)) found.set(expression.path, direction);
}
