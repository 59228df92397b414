/** The guide's daily tier: its steps in its order; what does not depend on another runs beside it. */
import { tierCommand } from '../../lib/maintenance/tier.js';
import { step } from '../../lib/pipeline.js';
import prune from '../backup/prune.js';
import capacityRecord from '../capacity/record.js';
import backupConfig from '../config/backup.js';
import validateConfig from '../config/validate.js';
import dbHealth from '../db/health.js';
import errorsCount from '../errors/count.js';
import errorsRecent from '../errors/recent.js';
import health from '../health.js';
import integrityCheck from '../integrity/check.js';
import kpi from '../kpi.js';
import rotateLogs from '../logs/rotate.js';
import performance from '../performance/summary.js';
import queue from '../queue/status.js';
import { tierSample, tierSummary, tierView } from './view.js';

export const daily = {
  name: 'daily',
  steps: [
    step('health', health, {}),
    step('config validate', validateConfig, {}),
    step('performance', performance, {}),
    step('errors', errorsCount, {}),
    step('errors recent', errorsRecent, {}),
    step('db health', dbHealth, {}),
    step('queue', queue, {}),
    step('logs rotate', rotateLogs, {}, { timeoutMs: 3_600_000 }), // hundreds of gigabytes take their time
    // Kept also when something in it is risky or broken: to see later what it was.
    step('config backup', backupConfig, { name: 'daily' }, { after: ['config validate'] }),
    step('backup prune', prune, { kind: 'config' }, { requires: ['config backup'] }),
    step('integrity check', integrityCheck, {}, { timeoutMs: 1_800_000 }), // a recomputed table takes its time
    step('kpi', kpi, {}, { after: ['integrity check'] }), // counts what that found
    step('capacity record', capacityRecord, {}),
  ],
} as const;

export default tierCommand(daily, { summary: tierSummary, view: tierView, sample: tierSample('daily') });
