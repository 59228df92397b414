import { defineCommand } from '../lib/command.js';
import { DemoFlags, DemoResult, demo } from '../lib/demo/demo.js';

export default defineCommand({
  options: [
    ['--history <time>', 'give the backend a past, such as 90d, with known faults for the commands to find'],
    ['--seed <number>', 'the same number makes the same past and traffic (default: 2026)'],
    ['--keep', 'stay up after the report until Ctrl-C, to try other commands'],
  ],
  flags: DemoFlags,
  result: DemoResult,
  run: demo,
  summary: ({ traffic, exitCode }) =>
    `${traffic.requests} requests to a sample backend, then maintenance daily, which ended with exit code ${exitCode}`,
  view: ({ report, url, database, traffic, directory, planted, commands }, theme) =>
    [
      theme.heading('The report of maintenance daily'),
      report.join('\n'),
      theme.heading('What it ran against'),
      theme.fields([
        ['backend', url],
        ['page', `${url}/admin/monitoring`],
        ['database', `${database.database} at ${database.host}:${database.port} as ${database.user}`],
        ['answers', `${traffic.succeeded} good, ${traffic.refused} refused, ${traffic.failed} failed`],
        ['directory', commands.length > 0 ? directory : `${directory} (removed now)`],
      ]),
      ...(planted.length > 0
        ? [
            theme.heading('What is hidden in its past, and what finds it'),
            ...planted.map(({ sentence, command }) => `${sentence}\n    viktoria-ops ${command}`),
          ]
        : []),
      ...(commands.length > 0 ? [theme.heading('To try in another terminal; Ctrl-C here ends it'), ...commands] : []),
    ].join('\n'),
  examples: ['viktoria-ops demo', 'viktoria-ops demo --keep', 'viktoria-ops demo --history 90d --keep'],
  sample: {
    report: ['WARNING  maintenance daily: 8 of 8 steps done'],
    exitCode: 0,
    url: 'http://127.0.0.1:41337',
    database: { host: '127.0.0.1', port: 45432, user: 'strapi', database: 'viktoria_wertheim' },
    traffic: { requests: 400, succeeded: 352, refused: 34, failed: 14 },
    directory: '/tmp/viktoria-ops-demo-x1y2z3',
    planted: [
      {
        id: 'dead-flag',
        sentence: 'the flag winter-break is defined, and no source asks for it',
        command: 'feature-flags list',
        facts: { flag: 'winter-break' },
      },
    ],
    commands: [],
  },
});
