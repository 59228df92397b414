/** The guide's weekly tier: the database first, one thing at a time; then the proof of the backups. */
import { tierCommand } from '../../lib/maintenance/tier.js';
import { step } from '../../lib/pipeline.js';
import verifyBackups from '../backup/verify.js';
import auditConfig from '../config/audit.js';
import analyze from '../db/analyze.js';
import indexes from '../db/indexes.js';
import vacuum from '../db/vacuum.js';
import auditDeps from '../deps/audit.js';
import flagReport from '../feature-flags/report.js';
import optimize from '../performance/optimize.js';
import performanceTrends from '../performance/trends.js';
import checkSecurity from '../security/check.js';
import { tierSample, tierSummary, tierView } from './view.js';

const HOURS = 3_600_000;

export const weekly = {
  name: 'weekly',
  hasPage: true,
  steps: [
    step('performance trends', performanceTrends, {}),
    step('db analyze', analyze, {}, { timeoutMs: 2 * HOURS }),
    step('db vacuum', vacuum, {}, { after: ['db analyze'], timeoutMs: 6 * HOURS }),
    step('db indexes', indexes, {}, { after: ['db vacuum'] }),
    step('config audit', auditConfig, { period: 'weekly' }),
    step('feature-flags report', flagReport, {}),
    step('security check', checkSecurity, {}),
    step('deps audit', auditDeps, {}),
    // A restore is work for the server, too: not while it is vacuumed.
    step('backup verify', verifyBackups, {}, { after: ['db indexes'], timeoutMs: 6 * HOURS }),
    step('performance optimize', optimize, {}, { after: ['backup verify'] }),
  ],
} as const;

export default tierCommand(weekly, { summary: tierSummary, view: tierView, sample: tierSample('weekly') });
