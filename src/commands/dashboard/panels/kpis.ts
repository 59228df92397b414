import { definePanel } from '../../../lib/dashboard/index.js';
import { formatValue } from '../../../lib/kpi/index.js';
import kpi from '../../kpi.js';

const STATUS = { met: 'ok', missed: 'warning', unknown: 'unknown' } as const;
/** What was missed is more pressing than what nobody measures. */
const ORDER = ['missed', 'unknown', 'met'] as const;

/** The guide's KPIs against their targets. */
export const kpis = definePanel({
  id: 'kpis',
  title: 'KPIs',
  source: kpi,
  given: {},
  more: 'viktoria-ops kpi',
  everyMs: 30_000,
  lines: (report, theme) => [
    kpi.summary(report),
    ...ORDER.flatMap((verdict) => report.kpis.filter((each) => each.verdict === verdict)).map(
      (each) =>
        `${theme.status(STATUS[each.verdict])} ${each.title}${each.value === null ? '' : ` ${formatValue(each.value, each)}`}`,
    ),
  ],
});
