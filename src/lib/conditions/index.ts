/** The language of alert rules and playbook triggers: parsed once, evaluated over a map of metrics; never executed. */
export type { Condition, Expression } from './condition.js';
export type { Truth, Value } from './value.js';
