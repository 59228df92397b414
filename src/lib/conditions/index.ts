/** The language of alert rules and playbook triggers: parsed once, evaluated over a map of metrics; never executed. */
export type { Condition, Expression } from './condition.js';
export { ConditionError } from './condition-error.js';
export { evaluate, type Values } from './evaluate.js';
export { parseCondition } from './parse.js';
export { comparisonsIn, possibleValues } from './possible-values.js';
export type { Truth, Value } from './value.js';
export type { Term, Vocabulary } from './vocabulary.js';
