/** What the page shows of the operator's side: commands, and how their results are told in lines. */
import type { Command } from '../../lib/command.js';
import type { OperatorSection, OperatorSectionName } from '../../lib/contract/index.js';
import { formatValue } from '../../lib/kpi/index.js';
import { nameOfTier } from '../../lib/maintenance/past.js';
import { formatDuration } from '../../lib/measures.js';
import type { Section } from '../../lib/monitoring/index.js';
import checkAlerts from '../alerts/check.js';
import listBackups from '../backup/list.js';
import listIncidents from '../incidents/list.js';
import kpi from '../kpi.js';
import listRuns from '../maintenance/history.js';

const ALERT_STATUS = { critical: 'failed', warning: 'warning', info: 'ok' } as const;
const KPI_STATUS = { met: 'ok', missed: 'warning', unknown: 'unknown' } as const;

export const sections: readonly Section[] = [
  section('alerts', checkAlerts, ({ firing }) =>
    firing.map(({ rule, severity, condition, since, mutedBy }) => ({
      name: rule,
      status: ALERT_STATUS[severity],
      value: mutedBy === null ? condition : `${condition}; kept quiet: ${mutedBy}`,
      at: since,
    })),
  ),
  section('incidents', listIncidents, ({ incidents }) =>
    incidents.map(({ id, status, severity, acknowledgedBy, openedAt }) => ({
      name: id,
      status: status === 'resolved' ? 'ok' : ALERT_STATUS[severity],
      value: acknowledgedBy === null ? status : `${status}, taken by ${acknowledgedBy}`,
      at: openedAt,
    })),
  ),
  section('kpis', kpi, ({ kpis }) =>
    kpis.map((one) => ({
      name: one.title,
      status: KPI_STATUS[one.verdict],
      value: `${one.value === null ? 'not measured' : formatValue(one.value, one)} (${one.good === 'atLeast' ? '≥' : '≤'} ${formatValue(one.target, one)})`,
      at: null,
    })),
  ),
  section('backups', listBackups, ({ groups }) =>
    groups.map(({ group, backups, good, newestGoodAgeMs }) => ({
      name: group,
      status: newestGoodAgeMs === null ? 'failed' : 'ok',
      value: `${good} of ${backups} good${newestGoodAgeMs === null ? '' : `, the newest ${formatDuration(newestGoodAgeMs)} old`}`,
      at: null,
    })),
  ),
  section('maintenance', listRuns, ({ runs }) =>
    runs.map(({ status, startedAt, troubled, ...run }) => ({
      name: nameOfTier(run),
      status: status === 'running' ? 'ok' : status,
      value: [status, ...troubled].join(' '),
      at: startedAt,
    })),
  ),
];

/** The command with its defaults. */
function section<Flags, Result, Given>(
  name: OperatorSectionName,
  command: Command<Flags, Result, Given>,
  rowsOf: (result: Result) => OperatorSection['rows'],
): Section {
  return {
    name,
    async tell(context) {
      const { status, findings, result } = await command.run(context, command.flags.parse({}));
      return { status, summary: command.summary(result), findings: [...findings], rows: rowsOf(result) };
    },
  };
}
