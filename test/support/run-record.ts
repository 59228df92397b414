import type { RunRecord } from '../../src/lib/maintenance/runs.js';

/** The record of a run that went well. */
export const runRecord = (run: Partial<RunRecord> & Pick<RunRecord, 'startedAt'>): RunRecord => ({
  schemaVersion: 1,
  tier: 'daily',
  environment: 'default',
  runId: 'a',
  host: 'h',
  pid: 1,
  endedAt: run.startedAt,
  durationMs: 1,
  status: 'ok',
  steps: [],
  findings: [],
  ...run,
});
