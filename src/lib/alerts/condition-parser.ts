import { type Condition, ConditionError, parseCondition } from '../conditions/index.js';
import { vocabulary } from '../metrics/index.js';

/** The condition of a text over all metrics, or what is wrong with it. */
export type ConditionParser = (text: string) => Condition | ConditionError;

/** Parses each text once: the rules of an installation share many of their conditions. */
export function createConditionParser(): ConditionParser {
  const known = new Map<string, Condition | ConditionError>();
  return (text) => {
    const parsed = known.get(text) ?? parse(text);
    known.set(text, parsed);
    return parsed;
  };
}

function parse(text: string): Condition | ConditionError {
  try {
    return parseCondition(text, vocabulary);
  } catch (error) {
    if (error instanceof ConditionError) return error;
    throw error;
  }
}
