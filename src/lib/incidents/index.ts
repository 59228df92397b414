/** Incidents: records of what went wrong, and playbooks that act on it within limits. */
export { Attended, AttendFlags, applyAck, applyResolve, planAttending } from './attend.js';
export { AutomationState, applyPause, applyResume, PauseFlags, planPause, planResume } from './automation.js';
export { applyRunByHand, planRunByHand, RunFlags, type RunTools } from './by-hand.js';
export { checkAndRespond, WatchReport, watching } from './check-and-respond.js';
export { IncidentList, ListFlags, listIncidents } from './list.js';
export { postMortem } from './markdown.js';
export type { FiringAlert } from './plan-response.js';
export { findPlaybookProblems } from './playbook.js';
export { respond } from './respond.js';
export { RunReport } from './run-report.js';
export { ShowFlags, ShownIncident, showIncident } from './show.js';
