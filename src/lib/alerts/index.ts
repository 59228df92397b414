/** Alerts: rules, judged by the metrics. */

export { CheckFlags, checkAlerts } from './check.js';
export { AlertCheck } from './check-result.js';
export { compileRules, loadRules, locateProblems } from './compile-rules.js';
export { measureNow } from './evaluate-now.js';
export type { AlertEvent, Notification } from './event.js';
export { ExportFlags, exportRules, RuleExport } from './export/export-rules.js';
export { flushOutbox } from './flush.js';
export { AlertHistory, HistoryFlags, listHistory } from './history.js';
export { judgeRule } from './judge.js';
export { AlertLint, AlertList, lintAlerts, listAlerts } from './list.js';
export { enqueue } from './outbox/index.js';
export { applyRedelivery, planRedelivery, RedeliverFlags, Redelivery } from './redeliver.js';
export { ALERT_SEVERITIES, type AlertSeverity, type Rule } from './rule.js';
export { RuleTestReport, TestRulesFlags, testRules } from './rule-tests/test-rules.js';
export { measureUptime } from './slo/index.js';
export { AlertStanding, readStanding } from './standing.js';
export { ChannelTest, ChannelTestFlags, testChannel } from './test-message.js';
export { WatchFlags, type Watching, WatchResult, watchAlerts } from './watch.js';
