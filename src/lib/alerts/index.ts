/** Alerts: rules, judged by the metrics. */
export { compileRules, loadRules, locateProblems } from './compile-rules.js';
export { type Judgement, judgeRule } from './judge.js';
export { AlertLint, AlertList, lintAlerts, listAlerts } from './list.js';
export type { Rule } from './rule.js';
