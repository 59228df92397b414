/** The guide's monthly tier, of what there is: everything is backed up before anything is rebuilt. */
import { tierCommand } from '../../lib/maintenance/tier.js';
import { step } from '../../lib/pipeline.js';
import backupFiles from '../backup/files.js';
import prune from '../backup/prune.js';
import capacityReport from '../capacity/report.js';
import backupDatabase from '../db/backup.js';
import reindex from '../db/reindex.js';
import vacuum from '../db/vacuum.js';
import analyzeLogs from '../logs/analyze.js';
import { tierSample, tierSummary, tierView } from './view.js';

const HOURS = 3_600_000;

export const monthly = {
  name: 'monthly',
  hasPage: true,
  steps: [
    step('backup files', backupFiles, { name: 'monthly' }, { timeoutMs: 4 * HOURS }),
    step('db backup', backupDatabase, { name: 'monthly', level: '2' }, { timeoutMs: 6 * HOURS }),
    step('backup prune', prune, {}, { requires: ['backup files', 'db backup'] }),
    step('db reindex', reindex, {}, { after: ['db backup'], timeoutMs: 6 * HOURS }),
    step('db vacuum', vacuum, {}, { after: ['db reindex'], timeoutMs: 6 * HOURS }),
    step('logs analyze', analyzeLogs, { period: 'monthly' }, { timeoutMs: HOURS }),
    step('capacity report', capacityReport, { period: 'monthly' }),
  ],
} as const;

export default tierCommand(monthly, { summary: tierSummary, view: tierView, sample: tierSample('monthly') });
