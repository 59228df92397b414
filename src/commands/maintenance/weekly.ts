/** The guide's weekly tier: the database first, one thing at a time; then the proof of the backups. */
import { tierCommand } from '../../lib/maintenance/tier.js';
import { step } from '../../lib/pipeline.js';
import verifyBackups from '../backup/verify.js';
import analyze from '../db/analyze.js';
import indexes from '../db/indexes.js';
import vacuum from '../db/vacuum.js';
import { tierSample, tierSummary, tierView } from './view.js';

const HOURS = 3_600_000;

export const weekly = {
  name: 'weekly',
  hasPage: true,
  steps: [
    step('db analyze', analyze, {}, { timeoutMs: 2 * HOURS }),
    step('db vacuum', vacuum, {}, { after: ['db analyze'], timeoutMs: 6 * HOURS }),
    step('db indexes', indexes, {}, { after: ['db vacuum'] }),
    // A restore is work for the server, too: not while it is vacuumed.
    step('backup verify', verifyBackups, {}, { after: ['db indexes'], timeoutMs: 6 * HOURS }),
  ],
} as const;

export default tierCommand(weekly, { summary: tierSummary, view: tierView, sample: tierSample('weekly') });
