/** Alerts: rules, judged by the metrics. */
export { type Judgement, judgeRule } from './judge.js';
export type { Rule } from './rule.js';
