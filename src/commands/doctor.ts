import * as z from 'zod';
import { defineCommand } from '../lib/command.js';
import { DoctorReport, diagnose } from '../lib/doctor/index.js';

export default defineCommand({
  flags: z.object({}),
  result: DoctorReport,
  run: diagnose,
  summary: ({ checks }) => `${checks.filter(({ status }) => status === 'ok').length} of ${checks.length} checks passed`,
  view: ({ checks }, theme) =>
    theme.table(
      ['check', 'status', 'what was found'],
      checks.map(({ name, status, message }) => [name, theme.status(status), message]),
    ),
  spansEnvironments: true,
  examples: ['viktoria-ops doctor', 'viktoria-ops doctor --fail-on warning'],
  sample: {
    checks: [
      { name: 'node', status: 'ok', message: 'Node.js 20.20.2' },
      {
        name: 'pg_dump',
        status: 'warning',
        message: 'pg_dump 13.9 is older than the server (15)',
        fix: 'apt-get install postgresql-client-15',
      },
    ],
  },
});
