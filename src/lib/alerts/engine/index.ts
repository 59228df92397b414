/** The heart of alerting: rules, figures and what was before in; what changed and who has to be told out. Pure. */
export { AlertRecord, type AlertState, initialState } from './alert-state.js';
export { endOf } from './end.js';
export { evaluateRules } from './evaluate.js';
export {
  type Evaluated,
  type Evaluation,
  type MaintenanceWindow,
  type Silence,
  Transition,
  type Verdict,
} from './evaluation.js';
export { matchesOf, mutingBy } from './mute.js';
export { type Remains, recoverState } from './recover.js';
export { severityOf } from './tell.js';
