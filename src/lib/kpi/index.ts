/** The guide's KPIs. */
export { formatValue } from './judge.js';
export { KPIS } from './kpis.js';
export { KpiFlags, KpiReport, reportKpis } from './report.js';
