import { defineCommand } from '../../lib/command.js';
import { QueueStatusFlags, QueueStatusResult, queueStatus } from '../../lib/jobs/index.js';
import { formatDuration } from '../../lib/measures.js';

export default defineCommand({
  flags: QueueStatusFlags,
  result: QueueStatusResult,
  run: queueStatus,
  summary: ({ queueSize, oldestReadyAgeSeconds: age, processingRate, failedJobs }) => {
    const oldest = age === null ? '' : `, the oldest for ${formatDuration(age * 1000)}`;
    const rate = processingRate === null ? '' : `${Math.round(processingRate)} processed a minute, `;
    return `${queueSize} jobs wait${oldest}; ${rate}${failedJobs} failed`;
  },
  view: (jobs, theme) => {
    const figures = theme.fields([
      ['waiting', theme.count(jobs.queueSize)],
      ['oldest ready for', theme.duration(jobs.oldestReadyAgeSeconds && jobs.oldestReadyAgeSeconds * 1000)],
      ['processed a minute', theme.count(jobs.processingRate)],
      ['mean time', theme.duration(jobs.averageProcessingTime)],
      ['completed', theme.count(jobs.completedJobs)],
      ['failed', theme.count(jobs.failedJobs)],
    ]);
    const mostFirst = (counts: Readonly<Record<string, number>>) =>
      Object.entries(counts).sort(([, a], [, b]) => b - a);
    const rows = [
      ...mostFirst(jobs.jobsByState).map(([state, count]) => ['state', state, theme.count(count)]),
      ...mostFirst(jobs.jobsByType).map(([type, count]) => ['waiting, type', type, theme.count(count)]),
    ];
    return rows.length === 0 ? figures : `${figures}\n${theme.table(['jobs by', 'name', 'count'], rows)}`;
  },
  spansEnvironments: true,
  examples: ['viktoria-ops queue status', 'viktoria-ops queue status --json'],
  sample: {
    queueSize: 12,
    processingRate: 42,
    completedJobs: 18_230,
    failedJobs: 3,
    averageProcessingTime: 840,
    jobsByType: { 'table-calculation': 9, 'player-statistics': 3 },
    jobsByState: { ready: 12, active: 2, failed: 3 },
    oldestReadyAgeSeconds: 8.5,
  },
});
