/** The guide's monthly tier, of what there is: everything is backed up before anything is rebuilt. */
import { tierCommand } from '../../lib/maintenance/tier.js';
import { step } from '../../lib/pipeline.js';
import backupFiles from '../backup/files.js';
import prune from '../backup/prune.js';
import capacityReport from '../capacity/report.js';
import backupDatabase from '../db/backup.js';
import reindex from '../db/reindex.js';
import vacuum from '../db/vacuum.js';
import auditDeps from '../deps/audit.js';
import outdatedDeps from '../deps/outdated.js';
import updateDocs from '../docs/update.js';
import analyzeLogs from '../logs/analyze.js';
import optimize from '../performance/optimize.js';
import { tierSample, tierSummary, tierView } from './view.js';

const HOURS = 3_600_000;
const OPTIMIZE = { comprehensive: true, apply: true } as const;

export const monthly = {
  name: 'monthly',
  hasPage: true,
  steps: [
    step('backup files', backupFiles, { name: 'monthly' }, { timeoutMs: 4 * HOURS }),
    step('db backup', backupDatabase, { name: 'monthly', level: '2' }, { timeoutMs: 6 * HOURS }),
    step('backup prune', prune, {}, { requires: ['backup files', 'db backup'] }),
    step('performance optimize', optimize, OPTIMIZE, { after: ['db backup'], timeoutMs: 6 * HOURS }),
    step('db reindex', reindex, {}, { after: ['performance optimize'], timeoutMs: 6 * HOURS }),
    step('db vacuum', vacuum, {}, { after: ['db reindex'], timeoutMs: 6 * HOURS }),
    step('logs analyze', analyzeLogs, { period: 'monthly' }, { timeoutMs: HOURS }),
    step('capacity report', capacityReport, { period: 'monthly' }),
    // With the backups of this run in it.
    step('docs update', updateDocs, {}, { after: ['backup prune'] }),
    step('deps outdated', outdatedDeps, {}),
    step('deps audit', auditDeps, {}),
  ],
} as const;

export default tierCommand(monthly, { summary: tierSummary, view: tierView, sample: tierSample('monthly') });
