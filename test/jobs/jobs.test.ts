import { expect, test } from '@jest/globals';
import command from '../../src/commands/queue/status.js';
import type { JobStatus } from '../../src/lib/contract/index.js';
import { judgeJobs, queueStatus } from '../../src/lib/jobs/index.js';
import { apiAt, configOf, serveApi } from '../support/stub-server.js';

const jobs: JobStatus = { ...command.sample, failedJobs: 0 };

test.each<[string, Partial<JobStatus>, object, string[]]>([
  ['calm', {}, {}, []],
  [
    'empty and idle',
    { queueSize: 0, processingRate: 0, oldestReadyAgeSeconds: null, averageProcessingTime: null },
    {},
    [],
  ],
  ['at the KPI', { queueSize: 50 }, {}, []],
  ['above the KPI', { queueSize: 51 }, {}, ['BACKLOG warning kpis.queueBacklog.warning']],
  ['above the level of the daily check', { queueSize: 101 }, {}, ['BACKLOG warning maintenance.queueSizeWarning']],
  [
    'above a critical level of the operator',
    { queueSize: 1001 },
    { kpis: { queueBacklog: { critical: 1000 } } },
    ['BACKLOG error kpis.queueBacklog.critical'],
  ],
  ['an old job', { oldestReadyAgeSeconds: 901 }, {}, ['OLD-JOB warning maintenance.queueAgeWarning']],
  [
    'nobody works',
    { oldestReadyAgeSeconds: 901, processingRate: 0 },
    {},
    ['STANDSTILL warning maintenance.queueAgeWarning'],
  ],
  ['slow jobs', { averageProcessingTime: 30_001 }, {}, ['SLOW warning kpis.jobProcessingSeconds.target']],
  ['a few failures', { failedJobs: 10, completedJobs: 990 }, {}, ['FAILED info ']],
  ['many failures', { failedJobs: 11, completedJobs: 989 }, {}, ['FAILED warning ']],
  [
    'a source that cannot be read beside one that can',
    { sources: { 'pg-boss': 'ok', bullmq: 'cannot be read: connect ECONNREFUSED 127.0.0.1:6379' } },
    {},
    ['UNREADABLE unknown '],
  ],
  ['nothing but failures', { failedJobs: 1, completedJobs: 0 }, {}, ['FAILED warning ']],
])('%s', (_, changes, sections, expected) => {
  const findings = judgeJobs({ ...jobs, ...changes }, configOf(sections));
  expect(
    findings.map(({ code, severity, message }) => {
      const key = /\(((?:kpis|maintenance)\.[\w.]+)\)/.exec(message)?.[1] ?? '';
      return `${code.replace('VOPS-QUEUE-', '')} ${severity} ${key}`;
    }),
  ).toEqual(expected);
});

test('the application is asked', async () => {
  const outcome = await queueStatus(apiAt(await serveApi({ '/jobs': { ...jobs, queueSize: 60 } })));
  expect(outcome).toMatchObject({ status: 'warning', result: { queueSize: 60 } });
});
